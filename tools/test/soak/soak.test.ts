// The soaks in small: that they measure what they say, and notice what they are for. `pnpm soak` runs a whole day.
// @timeout 120

import { test } from "uvu";
import * as assert from "uvu/assert";

import { bytesPerFrame, type MemorySample } from "../../soak/slope.ts";
import { soakTransport } from "../../soak/transport-soak.ts";

function samples(bytesAt: (index: number) => number): MemorySample[] {
  return Array.from({ length: 100 }, (_, index) => ({ frames: 1 + index * 1000, bytes: bytesAt(index) }));
}

test("finds the growth under noise and single peaks", () => {
  const noise = (index: number): number => ((index * 7_919) % 13) * 10_000;
  assert.ok(Math.abs(bytesPerFrame(samples((index) => 5e7 + index * 16_000 + noise(index))) - 16) < 1);
  assert.ok(Math.abs(bytesPerFrame(samples((index) => 5e7 + noise(index) + (index % 17 === 0 ? 1e8 : 0)))) < 1);
});

test("leaves out the first fifth, in which caches fill", () => {
  assert.is(bytesPerFrame(samples((index) => Math.min(index, 20) * 1e6)), 0);
  assert.throws(() => bytesPerFrame(samples(() => 1).slice(0, 11)), /too few/);
});

test("carries 20,000 frames through the whole transport, each once and as it was, on one connection", async () => {
  const result = await soakTransport({ frames: 20_000, seconds: 60, memoryBytes: () => process.memoryUsage().heapUsed });
  assert.is(result.frames, 20_000);
  assert.is(result.reconnects, 0);
  assert.ok(result.bytes > 20_000 * 60);
  assert.ok(result.samples.length >= 100);
});

test("ends when its time is up", async () => {
  const result = await soakTransport({ frames: 1e9, seconds: 1, memoryBytes: () => 0 });
  assert.ok(result.frames > 100 && result.frames < 1e9);
});

test.run();
