// `pnpm fuzz [TARGET …]`: coverage-guided fuzzing of the parsers, for a bounded time each. What crashes or hangs one is kept in its corpus.

import { Worker } from "node:worker_threads";

import yargs from "yargs";
import { hideBin } from "yargs/helpers";

import { writeInput } from "./corpus.ts";
import { loadTargets } from "./targets.ts";
import type { FuzzOrder } from "./worker.ts";

const usageExitCode = 64;
/** No input may take this long. */
const hangMs = 5_000;
const sharedBytes = 8 + 65_536;

interface Report {
  readonly executions: number;
  readonly blocks: number;
  readonly found: readonly Uint8Array[];
  readonly crashes: readonly { readonly input: Uint8Array; readonly stack: string }[];
}

const targets = (await loadTargets()).map(({ name }) => name);
const {
  seconds,
  seed,
  save,
  _: wanted,
} = await yargs(hideBin(process.argv))
  .scriptName("fuzz")
  .usage(`$0 [target..]\n\nTargets: ${targets.join(", ")}; without one, all.`)
  .options({
    seconds: { type: "number", default: 30, describe: "for each target" },
    seed: { type: "number", default: Date.now() % 1_000_000, describe: "the same seed makes the same inputs" },
    save: { type: "boolean", default: false, describe: "keep what reaches new code in the corpus, too" },
  })
  .strictOptions()
  .version(false)
  .parse();
const chosen = wanted.length === 0 ? targets : wanted.map(String);
const unknown = chosen.find((name) => !targets.includes(name));
if (unknown !== undefined) {
  process.stderr.write(`There is no target "${unknown}"; there are ${targets.join(", ")}.\n`);
  process.exit(usageExitCode);
}

/** Fuzzes one target; gives the number of crashes and hangs. */
async function run(target: string): Promise<number> {
  const shared = new SharedArrayBuffer(sharedBytes);
  const counters = new Int32Array(shared, 0, 2);
  const order: FuzzOrder = { target, seconds, seed, shared };
  const worker = new Worker(new URL("./worker.js", import.meta.url), { workerData: order });
  let last = { executions: 0, atMs: performance.now() };
  let hung = false;
  const watch = setInterval(() => {
    const executions = Atomics.load(counters, 0);
    const nowMs = performance.now();
    if (executions !== last.executions) last = { executions, atMs: nowMs };
    // Before the first there is the loading.
    else if (executions > 0 && nowMs - last.atMs > hangMs) {
      hung = true;
      void worker.terminate();
    }
  }, 500);
  const report = await new Promise<Report | undefined>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
    worker.once("exit", () => resolve(undefined));
  });
  clearInterval(watch);
  if (report === undefined) {
    const input = new Uint8Array(shared, 8, Atomics.load(counters, 1)).slice();
    process.stdout.write(`${target}: ${hung ? "HANG" : "ENDED"}, input kept as ${writeInput(target, input, "hang-")}\n`);
    return 1;
  }
  for (const { input, stack } of report.crashes)
    process.stdout.write(`${target}: CRASH, input kept as ${writeInput(target, input, "crash-")}\n${stack}\n`);
  if (save) for (const input of report.found) writeInput(target, input);
  const { executions, blocks, found, crashes } = report;
  process.stdout.write(
    `${target}: ${executions.toLocaleString("en")} executions in ${seconds} s, ${blocks} blocks, ${found.length} new inputs, ${crashes.length} crashes, 0 hangs\n`,
  );
  return crashes.length;
}

let defects = 0;
for (const target of chosen) defects += await run(target);
process.stdout.write(`seed ${seed}: ${defects === 0 ? "no crash, no hang" : `${defects} DEFECTS`}\n`);
process.exitCode = defects === 0 ? 0 : 1;
