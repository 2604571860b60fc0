import assert from "node:assert/strict";
import { micros } from "@simple-video-chat/protocol";
import { suite } from "uvu";
import { audioFormats, AudioRate } from "../../src/audio/audio-rate.ts";

const test = suite("AudioRate");

/** Reports 4 times a second; the way has a constant of the clocks' in it. */
function report(rate: AudioRate, fromS: number, untilS: number, delayMs: (atS: number) => number): void {
  for (let atS = fromS; atS < untilS; atS += 0.25) rate.onReport(-9_000_000 + delayMs(atS) * 1_000, micros(Math.round(atS * 1e6)));
}

test("stays at the best where sound arrives in time, whatever the clocks say", () => {
  const rate = new AudioRate();
  report(rate, 0, 60, (atS) => (atS % 3 < 0.5 ? 80 : 20));
  assert.equal(rate.level, 0);
  assert.equal(rate.holdsPicture, false);
});

test("goes down step by step while sound comes too late, and the picture waits when it is very late", () => {
  const rate = new AudioRate();
  report(rate, 0, 5, () => 20);
  report(rate, 5, 5.5, () => 200);
  assert.equal(rate.level, 1);
  report(rate, 5.5, 10, () => 600);
  assert.equal(rate.level, audioFormats.length - 1);
  assert.ok(rate.holdsPicture);
  assert.equal(rate.delayUs, 580_000);
});

test("comes back slowly, the picture last, and more slowly after each time it was too much", () => {
  const rate = new AudioRate();
  report(rate, 0, 2, () => 20);
  report(rate, 2, 5, () => 600);
  const lowest = rate.level;
  report(rate, 5, 14, () => 20);
  assert.equal(rate.level, lowest - 1);
  assert.ok(rate.holdsPicture);
  report(rate, 14, 60, () => 20);
  assert.equal(rate.level, 0);
  assert.equal(rate.holdsPicture, false);
});

test("is not misled by a way that became longer for good", () => {
  const rate = new AudioRate();
  report(rate, 0, 10, () => 20);
  report(rate, 10, 60, () => 260);
  report(rate, 60, 120, () => 260);
  assert.equal(rate.level, 0);
});

test.run();
