// The program that set-up starts gets our signals, and we end as it ends.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const inPlace = fileURLToPath(new URL("../../setup/run-self-call.mjs", import.meta.url));

function start(program: string): ChildProcess {
  const script = `import { runInPlace } from ${JSON.stringify(inPlace)};\nprocess.exitCode = await runInPlace(process.execPath, ["-e", ${JSON.stringify(program)}]);`;
  return spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
}

test("ends with the exit code of the program", async () => {
  const [code] = await once(start("process.exit(64)"), "exit");
  assert.is(code, 64);
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`hands ${signal} on and lets the program say good-bye`, async () => {
    const child = start(`process.on("${signal}", () => process.exit(7)); setInterval(() => {}, 1000); console.log("up");`);
    if (child.stdout === null) throw new Error("no stdout");
    await once(child.stdout, "data");
    child.kill(signal);
    const [code] = await once(child, "exit");
    assert.is(code, 7);
  });
}

test("says which signal ended the program", async () => {
  const [code] = await once(start('process.kill(process.pid, "SIGKILL")'), "exit");
  assert.is(code, 137);
});

test.run();
