// Runs the built benchmark for two seconds, for the shape of what it prints: nothing here looks at how fast anything was.
// @timeout 240

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { test } from "uvu";
import * as assert from "uvu/assert";

import type { ResultJson } from "../../bench/result.ts";
import type { Figures } from "../../bench/scenario.ts";
import { selfCall } from "../../bench/scenarios/self-call.ts";

const program = fileURLToPath(new URL("../../dist/bench/main.js", import.meta.url));

function bench(...args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [program, ...args], { timeout: 100_000 });
}

test("lists the scenarios without a name", async () => {
  const { stdout } = await bench();
  for (const name of ["self-call", "cpu", "start-up", "pipeline"]) assert.match(stdout, new RegExp(`^  ${name} `, "m"));
});

test("says which scenario there is not", async () => {
  const error = await bench("no-such-thing").then(
    () => undefined,
    (failure: { code: number; stderr: string }) => failure,
  );
  assert.is(error?.code, 64);
  assert.match(error?.stderr ?? "", "no-such-thing");
});

test("prints one JSON object a scenario, and every figure in it", async () => {
  if (process.platform !== "linux") return;
  const { stdout } = await bench("self-call", "--runs", "1", "--seconds", "2", "--patience", "0", "--json");
  const lines = stdout.trim().split("\n");
  assert.is(lines.length, 1);
  const result = JSON.parse(lines[0] ?? "") as ResultJson;
  assert.is(result.scenario, "self-call");
  assert.equal(Object.keys(result.ours).sort(), selfCall.figures.map(({ name }) => name).sort());
  for (const [name, value] of Object.entries(result.ours)) assert.ok(Number.isFinite(value), `${name} is ${Number(value)}`);
  assert.equal(result.peers, {});
  assert.equal(result.ratios, {});
  assert.is(result.runs.length, 1);
  assert.is(result.machine.node, process.version);
  assert.ok(Date.now() - Date.parse(result.date) < 120_000);
  assert.match(result.command, /^pnpm bench self-call /);
  // What does not depend on how fast this computer is.
  for (const name of ["fps", "cpuCaptureMs", "rssMib", "bytesPerFrame"]) assert.ok(Number(result.ours[name]) > 0, name);
  assert.is(result.ours["unaccounted"], 0);
  assert.is(result.ours["mismatched"], 0);
});

test("compares what is sent with what was captured", async () => {
  if (process.platform !== "linux") return;
  const { stdout } = await bench("loopback-480p30-jpeg", "--runs", "1", "--seconds", "2", "--patience", "0", "--json");
  const { ours } = JSON.parse(stdout) as { ours: Figures };
  // The scene of one picture earlier gives 31.6 dB and 0.912, of another moment 20 dB; JPEG gives far more; and nothing is without loss.
  const { psnrYDb = 0, ssimY = 0 } = ours;
  assert.ok(psnrYDb > 33 && psnrYDb < 60, `${psnrYDb} dB`);
  assert.ok(ssimY > 0.93 && ssimY < 1, String(ssimY));
  for (const name of ["senderPssMib", "receiverPssMib", "captured"]) assert.ok((ours[name] ?? 0) > 0, name);
  assert.is(ours["unaccounted"], 0);
  assert.is(ours["mismatched"], 0);
});

test.run();
