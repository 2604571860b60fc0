// A program that hosts an engine, early and then for good, when it has no descriptors left; prints what became of that.
import { closeSync, openSync } from "node:fs";
import { EngineHost } from "../../src/engine/engine-host.ts";
import { startEngineEarly } from "../../src/engine/engine-start.ts";

const entry = new URL("./echo-engine.ts", import.meta.url);
const confinement = { dataMiB: 600, files: 128, network: "none" } as const;
const taken: number[] = [];
// What is printed needs none of them.
process.stdout.write("");
try {
  for (;;) taken.push(openSync("/dev/null", "r"));
} catch {
  // All are taken.
}
startEngineEarly({ entry, confinement, env: {} });
let restarts = 0;
const host = new EngineHost({
  entry,
  confinement,
  onMessage: () => {},
  onRestart: () => restarts++,
  onGiveUp: ({ lastWords }) => {
    for (const descriptor of taken.splice(0)) closeSync(descriptor);
    process.stdout.write(JSON.stringify({ restarts, givenUp: [lastWords] }));
    void host.stop();
  },
});
