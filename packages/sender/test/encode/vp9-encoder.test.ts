// What libvpx does with the clock that it is told: bitrates from the next picture on, keyframes that do not burst.
import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";

import { openVp9Encoder, RateClock } from "../../src/encode/vp9-encoder.ts";
import { loadOpenCv, type Mat } from "../../src/native/opencv.ts";

const test = suite("VP9 encoder");
const cv = await loadOpenCv();
const format = { widthPx: 640, heightPx: 360, frameRate: 30, bitrateBps: 1_000_000 };
const periodUs = 33_333;

/** Soft noise, for a picture with detail everywhere. */
const scene = new cv.Mat(
  Buffer.from(Array.from({ length: 80 * 45 * 3 }, (_, at) => 64 + ((Math.imul(at + 1, 2_654_435_761) >>> 16) & 127))),
  45,
  80,
  cv.CV_8UC3,
).resize(format.heightPx, format.widthPx, 0, 0, cv.INTER_CUBIC);

/** The scene, swaying by fractions of a pixel: something for a codec to do at any bitrate. */
function draw(number: number): Mat {
  return scene.warpAffine(
    new cv.Mat(
      [
        [1, 0, 4 * Math.sin(number / 5)],
        [0, 1, number / 10],
      ],
      cv.CV_32F,
    ),
  );
}

test("changes its bitrate at once, without a keyframe", async () => {
  const encoder = await openVp9Encoder(format);
  let number = 0;
  const measure = async (bitrateBps: number, pictures: number): Promise<number> => {
    encoder.setBitrate(bitrateBps);
    let bytes = 0;
    for (let picture = 0; picture < pictures; picture++) {
      const mat = draw(number);
      const encoded = await encoder.encode(mat, { captureUs: number * periodUs, keyframe: false });
      mat.release();
      if (number > 0) assert.equal(encoded?.keyframe, false);
      bytes += encoded?.data.byteLength ?? 0;
      number++;
    }
    return (bytes * 8 * 30) / pictures;
  };
  await measure(1_000_000, 45);
  for (const bitrateBps of [1_000_000, 400_000, 1_800_000, 600_000]) {
    await measure(bitrateBps, 10);
    const bps = await measure(bitrateBps, 30);
    assert.ok(Math.abs(bps / bitrateBps - 1) < 0.25, `${Math.round(bps)} where ${bitrateBps} was asked for`);
  }
  encoder.close();
});

test("makes keyframes that do not burst, nor do the pictures after them", async () => {
  const encoder = await openVp9Encoder(format);
  const sizes: number[] = [];
  for (let number = 0; number < 90; number++) {
    const mat = draw(number);
    const encoded = await encoder.encode(mat, { captureUs: number * periodUs, keyframe: number === 50 });
    mat.release();
    sizes.push(encoded?.data.byteLength ?? 0);
  }
  const budgetBytes = format.bitrateBps / 8;
  // A quarter of a second's worth in four pictures: libvpx left to itself takes half of one.
  const burst = sizes.slice(50, 54).reduce((sum, bytes) => sum + bytes, 0);
  assert.ok(burst < 0.25 * budgetBytes, sizes.slice(48, 60).join(" "));
  encoder.close();
});

test("tells a time that rises with every picture, whatever the times and the bitrates", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          gapUs: fc.integer({ min: 0, max: 5_000_000 }),
          keyframe: fc.boolean(),
          bitrateBps: fc.integer({ min: 10_000, max: 100_000_000 }),
        }),
      ),
      (pictures) => {
        const clock = new RateClock({ bitrateBps: 1_000_000, frameRate: 30 });
        let captureUs = 0;
        let lastUs = 0;
        for (const { gapUs, keyframe, bitrateBps } of pictures) {
          captureUs += gapUs;
          clock.setBitrate(bitrateBps);
          const us = clock.tick({ captureUs, keyframe });
          assert.ok(us > lastUs && Number.isSafeInteger(us));
          lastUs = us;
        }
      },
    ),
  );
});

test("runs the clock as fast as the bitrate says, and saves nothing up over a pause", () => {
  const clock = new RateClock({ bitrateBps: 1_000_000, frameRate: 30 });
  let captureUs = 5_000_000;
  let last = clock.tick({ captureUs, keyframe: true });
  const step = (gapUs: number, keyframe: boolean = false): number => {
    const us = clock.tick({ captureUs: (captureUs += gapUs), keyframe });
    const elapsed = us - last;
    last = us;
    return elapsed;
  };
  assert.equal(step(periodUs), periodUs);
  assert.ok(step(2 * periodUs) <= 1.25 * periodUs + 1);
  assert.ok(step(10_000_000) <= 1.5 * periodUs + 1);
  for (let picture = 0; picture < 30; picture++) step(2 * periodUs);
  assert.equal(step(2 * periodUs), 2 * periodUs, "a camera of half the frame rate has all of its bitrate");
  for (let picture = 0; picture < 30; picture++) step(periodUs);
  clock.setBitrate(500_000);
  assert.equal(step(30_000), 15_000);
  clock.setBitrate(3_000_000);
  assert.equal(step(30_000), 90_000);
  assert.ok(step(periodUs, true) < 11_000 && step(periodUs) < 11_000);
  assert.equal(step(30_000), 90_000);
});

test.run();
