import assert from "node:assert/strict";
import { micros } from "@simple-video-chat/protocol";
import { suite } from "uvu";
import { audioFormats, AudioRate } from "../../src/audio/audio-rate.ts";

const test = suite("AudioRate");

interface Beside {
  readonly concealedMs?: (atS: number) => number;
  readonly pictureBps?: number;
}

/** Reports 4 times a second; the way has a constant of the clocks' in it. */
function report(rate: AudioRate, fromS: number, untilS: number, delayMs: (atS: number) => number, beside: Beside = {}): void {
  const { concealedMs = () => 0, pictureBps = 100_000 } = beside;
  for (let atS = fromS; atS < untilS; atS += 0.25)
    rate.onReport({ wayUs: -9_000_000 + delayMs(atS) * 1_000, concealedMs: concealedMs(atS), pictureBps }, micros(Math.round(atS * 1e6)));
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

test("comes back slowly, the picture last, and more slowly after each time it was too much", () => {
  const rate = new AudioRate();
  report(rate, 0, 2, () => 20);
  report(rate, 2, 6, () => 600);
  assert.ok(rate.holdsPicture);
  report(rate, 6, 11, () => 20);
  assert.ok(rate.holdsPicture, "there is no room for the best sound yet");
  assert.ok(rate.level < audioFormats.length - 1);
  report(rate, 11, 19, () => 20);
  assert.equal(rate.level, 0);
  assert.equal(rate.holdsPicture, false);
  report(rate, 19, 24, () => 600);
  assert.ok(rate.holdsPicture);
  report(rate, 24, 36, () => 20);
  assert.equal(rate.level, 0);
  assert.ok(rate.holdsPicture, "it waits longer now");
  report(rate, 36, 60, () => 20);
  assert.equal(rate.holdsPicture, false);
});

test("keeps the picture away from a link that has no room for the best sound, and tries that ever more seldom", () => {
  const rate = new AudioRate();
  report(rate, 0, 2, () => 20);
  report(rate, 2, 6, () => 600);
  let tries = 0;
  let isTrying = false;
  // Sound of the second level and above fills the link.
  const delayMs = (): number => {
    if (rate.level < 2 && !isTrying) tries++;
    isTrying = rate.level < 2;
    return isTrying ? 300 : 20;
  };
  for (let second = 6; second < 240; second++) {
    report(rate, second, second + 1, delayMs);
    assert.ok(rate.holdsPicture && rate.level > 0, `held after ${second} s`);
  }
  assert.ok(tries >= 2 && tries <= 7, `${tries} tries in four minutes`);
});

test("goes on step by step, and with the picture, once a step has held, however long that one was waited for", () => {
  const rate = new AudioRate();
  report(rate, 0, 2, () => 20);
  report(rate, 2, 6, () => 600);
  for (let second = 6; second < 60; second++) report(rate, second, second + 1, () => (rate.level < 2 ? 300 : 20));
  assert.ok(rate.holdsPicture);
  let shownS: number | undefined;
  let bestS: number | undefined;
  for (let second = 60; second < 180; second++) {
    report(rate, second, second + 1, () => 20);
    if (rate.level === 0) bestS ??= second;
    if (!rate.holdsPicture) shownS ??= second;
  }
  assert.ok(bestS !== undefined && bestS <= 125, `the best sound after ${bestS} s`);
  assert.ok(shownS !== undefined && shownS <= bestS + 4, `the picture after ${shownS} s, the best sound after ${bestS} s`);
});

test("lets the picture wait when the sound beside it comes in pieces on a narrow link, though none of it stays on the way", () => {
  const pieces = (atS: number): number => 200 * Math.floor(atS);
  const [narrow, wide] = [new AudioRate(), new AudioRate()];
  report(narrow, 0, 10, () => 20, { concealedMs: pieces, pictureBps: 60_000 });
  report(wide, 0, 10, () => 20, { concealedMs: pieces, pictureBps: 2_000_000 });
  assert.ok(narrow.holdsPicture);
  assert.equal(narrow.level, audioFormats.length - 1);
  assert.equal(wide.holdsPicture, false);
});

test("holds no picture back for a word that was lost now and then, nor for a link that stood still", () => {
  const rate = new AudioRate();
  report(rate, 0, 60, () => 20, { concealedMs: (atS) => 300 * Math.floor(atS / 3), pictureBps: 60_000 });
  for (let second = 60; second < 90; second += 5)
    report(rate, second, second + 0.5, () => 20, { concealedMs: (atS) => 1000 * Math.floor(atS), pictureBps: 60_000 });
  assert.equal(rate.holdsPicture, false);
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
