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

test("is not moved by losses, which hold up what is behind them for a moment", () => {
  const rate = new AudioRate();
  report(rate, 0, 60, (atS) => (atS % 2 < 1 ? 700 : 20));
  assert.equal(rate.level, 0);
  assert.equal(rate.holdsPicture, false);
});

test("makes the sound smaller while it always comes too late, and lets the picture wait when it comes very late", () => {
  const rate = new AudioRate();
  report(rate, 0, 5, () => 20);
  report(rate, 5, 8, () => 200);
  assert.equal(rate.level, 1);
  assert.equal(rate.holdsPicture, false);
  report(rate, 8, 20, () => 600);
  assert.ok(rate.holdsPicture);
  assert.equal(rate.level, audioFormats.length - 1);
  assert.equal(rate.delayUs, 580_000);
});

test("comes back slowly, the picture first, and more slowly after each time it was too much", () => {
  const rate = new AudioRate();
  report(rate, 0, 2, () => 20);
  report(rate, 2, 12, () => 600);
  report(rate, 12, 23, () => 20);
  assert.equal(rate.holdsPicture, false);
  assert.equal(rate.level, audioFormats.length - 1);
  report(rate, 23, 28, () => 600);
  assert.ok(rate.holdsPicture);
  report(rate, 28, 40, () => 20);
  assert.ok(rate.holdsPicture, "it waits longer now");
  report(rate, 40, 120, () => 20);
  assert.equal(rate.holdsPicture, false);
  assert.equal(rate.level, 0);
});

test("forgets a link that stood still and then brought all at once", () => {
  const rate = new AudioRate();
  report(rate, 0, 5, () => 20);
  for (const standsS of [2.5, 4, 20]) {
    const fromS = standsS === 2.5 ? 5 : standsS * 10;
    report(rate, fromS + standsS, fromS + standsS + 0.6, () => standsS * 1000);
    report(rate, fromS + standsS + 0.75, fromS + standsS + 5, () => 30);
    assert.equal(rate.holdsPicture, false);
    assert.equal(rate.level, 0);
  }
});

test("is not misled by a way that became longer for good", () => {
  const rate = new AudioRate();
  report(rate, 0, 10, () => 20);
  report(rate, 10, 60, () => 260);
  report(rate, 60, 120, () => 260);
  assert.equal(rate.level, 0);
});

test.run();
