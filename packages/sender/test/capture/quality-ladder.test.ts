import assert from "node:assert/strict";
import { type Micros, type VideoCodec, videoCodecs } from "@simple-video-chat/protocol";
import fc from "fast-check";
import { suite } from "uvu";

import { QualityLadder } from "../../src/capture/quality-ladder.ts";

const test = suite("quality ladder");
const source = { widthPx: 1280, heightPx: 720, frameRate: 30 };
const limits = { codec: "h264" as VideoCodec, maxSidePx: 1280, maxFrameRate: 30 };
const at = (seconds: number): Micros => (seconds * 1_000_000) as Micros;

test("gives the whole picture at the default bitrate, and at the one a call begins with", () => {
  for (const bitrateBps of [2_000_000, 1_000_000]) {
    const ladder = new QualityLadder(source, limits);
    assert.deepEqual(ladder.choose(bitrateBps, at(1)), { widthPx: 1280, heightPx: 720, maxFrameRate: 30 });
  }
});

test("goes down at once to what the bitrate fills, and up to what it fills with time and room to spare", () => {
  const ladder = new QualityLadder(source, limits);
  assert.equal(ladder.choose(2_000_000, at(10)).widthPx, 1280);
  assert.equal(ladder.choose(250_000, at(11)).widthPx, 640);
  assert.equal(ladder.choose(2_000_000, at(12)).widthPx, 640, "too early");
  assert.equal(ladder.choose(500_000, at(20)).widthPx, 640, "not enough to spare");
  assert.equal(ladder.choose(700_000, at(21)).widthPx, 960);
  assert.equal(ladder.choose(2_000_000, at(22)).widthPx, 960, "too early");
  assert.equal(ladder.choose(2_000_000, at(25.5)).widthPx, 1280);
  assert.equal(ladder.choose(250_000, at(30)).widthPx, 640);
  assert.equal(ladder.choose(2_000_000, at(35)).widthPx, 1280);
});

test("JPEG climbs from its beginning a step a second, and as slowly as the others once it has gone down", () => {
  const ladder = new QualityLadder(source, { ...limits, codec: "jpeg" });
  assert.equal(ladder.choose(1_000_000, at(1)).widthPx, 320);
  assert.equal(ladder.choose(3_000_000, at(1.9)).widthPx, 320, "too early");
  assert.equal(ladder.choose(3_000_000, at(2)).widthPx, 480);
  assert.equal(ladder.choose(11_000_000, at(3)).widthPx, 960);
  assert.equal(ladder.choose(4_000_000, at(5)).widthPx, 640);
  assert.equal(ladder.choose(40_000_000, at(8)).widthPx, 640, "it has shown a limit");
  assert.equal(ladder.choose(40_000_000, at(9)).widthPx, 1280);
});

test("makes fewer pictures a second of the least bitrates", () => {
  const ladder = new QualityLadder(source, limits);
  assert.equal(ladder.choose(90_000, at(1)).maxFrameRate, 15);
  assert.equal(ladder.choose(45_000, at(3)).maxFrameRate, 8);
});

test("stays below the steps that the machine cannot do, and comes back when it can", () => {
  const ladder = new QualityLadder(source, limits);
  assert.equal(ladder.choose(5_000_000, at(1), 1).widthPx, 960);
  assert.equal(ladder.choose(5_000_000, at(60), 1).widthPx, 960);
  assert.equal(ladder.choose(5_000_000, at(61), 2).widthPx, 640);
  assert.equal(ladder.choose(5_000_000, at(70), 0).widthPx, 1280);
  assert.equal(
    new QualityLadder({ widthPx: 64, heightPx: 48, frameRate: 30 }, limits).choose(5_000_000, at(1), 2).widthPx,
    64,
    "there are no smaller ones",
  );
});

/** Any source, any limits, any bitrates over time. */
const runs = fc.record({
  format: fc.record({
    widthPx: fc.integer({ min: 16, max: 4096 }),
    heightPx: fc.integer({ min: 16, max: 4096 }),
    frameRate: fc.integer({ min: 1, max: 120 }),
  }),
  limits: fc.record({
    codec: fc.constantFrom(...videoCodecs),
    maxSidePx: fc.integer({ min: 64, max: 4096 }),
    maxFrameRate: fc.integer({ min: 1, max: 60 }),
  }),
  moments: fc.array(
    fc.record({
      bitrateBps: fc.integer({ min: 10_000, max: 60_000_000 }),
      afterUs: fc.integer({ min: 0, max: 6_000_000 }),
      stepsDown: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 60 },
  ),
});

test("never passes the user's caps nor the source, and keeps to even sizes and its shape", () => {
  fc.assert(
    fc.property(runs, ({ format, limits: caps, moments }) => {
      const ladder = new QualityLadder(format, caps);
      let nowUs = 0;
      for (const { bitrateBps, afterUs, stepsDown } of moments) {
        const { widthPx, heightPx, maxFrameRate } = ladder.choose(bitrateBps, (nowUs += afterUs) as Micros, stepsDown);
        assert.ok(Math.max(widthPx, heightPx) <= Math.max(2, caps.maxSidePx + 1));
        assert.ok(widthPx <= format.widthPx && heightPx <= format.heightPx);
        assert.ok(widthPx % 2 === 0 && heightPx % 2 === 0 && widthPx >= 2 && heightPx >= 2);
        assert.ok(maxFrameRate <= caps.maxFrameRate && maxFrameRate <= format.frameRate);
        // Rounding to even sizes may move a side by two pixels.
        assert.ok(Math.abs(widthPx * format.heightPx - heightPx * format.widthPx) <= 2 * (format.widthPx + format.heightPx));
      }
    }),
  );
});

test("changes the size at most once a second for the bitrate's sake", () => {
  fc.assert(
    fc.property(runs, ({ format, limits: caps, moments }) => {
      const ladder = new QualityLadder(format, caps);
      let nowUs = 0;
      let lastChangeUs = Number.NEGATIVE_INFINITY;
      let last = ladder.top;
      for (const { bitrateBps, afterUs } of moments) {
        const step = ladder.choose(bitrateBps, (nowUs += afterUs) as Micros);
        if (step.widthPx !== last.widthPx) {
          assert.ok(nowUs - lastChangeUs >= 1_000_000);
          lastChangeUs = nowUs;
        }
        last = step;
      }
    }),
  );
});

test("gives no fewer pixels for more bits", () => {
  fc.assert(
    fc.property(
      runs,
      fc.integer({ min: 10_000, max: 30_000_000 }),
      fc.integer({ min: 1, max: 30_000_000 }),
      ({ format, limits: caps }, bitrateBps, more) => {
        const pixels = (bps: number): number => {
          const { widthPx, heightPx } = new QualityLadder(format, caps).choose(bps, at(1));
          return widthPx * heightPx;
        };
        assert.ok(pixels(bitrateBps + more) >= pixels(bitrateBps));
      },
    ),
  );
});

test("does not swing between two steps at a bitrate that stays", () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 10_000, max: 30_000_000 }), ({ format, limits: caps }, bitrateBps) => {
      const ladder = new QualityLadder(format, caps);
      const widths = Array.from(
        { length: 40 },
        (_, second) => ladder.choose(bitrateBps * (1 + 0.1 * Math.sin(second)), at(1 + second)).widthPx,
      );
      assert.ok(new Set(widths.slice(1)).size <= 2);
      const changes = widths.filter((width, second) => second > 0 && width !== widths[second - 1]).length;
      assert.ok(changes <= 2, widths.join(" "));
    }),
  );
});

test.run();
