import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";

import { holdersOf, holderSentence } from "../../src/capture/camera-holder.ts";

const test = suite("camera holder");

test("is the process that has the device open, by name and number, and nobody when it has let go", async () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-holder-"));
  const device = join(folder, "video0");
  writeFileSync(device, "");
  const holder = spawn("tail", ["-f", device], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    let holders = holdersOf(device);
    for (const untilMs = performance.now() + 10_000; holders.length === 0 && performance.now() < untilMs;) holders = holdersOf(device);
    assert.deepEqual(holders, [{ pid: holder.pid, name: "tail" }]);
    assert.equal(holderSentence(device), `${device} is used by tail (pid ${holder.pid})`);
    holder.kill();
    await once(holder, "exit");
    assert.equal(holderSentence(device), undefined);
  } finally {
    holder.kill();
    rmSync(folder, { recursive: true });
  }
});

test("is nobody where the system shows no processes", () => {
  assert.deepEqual(holdersOf("/dev/video0", "/no/such/folder"), []);
});

test.run();
