// H.264's pictures against the rate that they may take: what the send window relies on.
import assert from "node:assert/strict";
import { suite } from "uvu";

import { openMovingScene } from "../../src/capture/moving-scene.ts";
import { openEncoder } from "../../src/encode/open-encoder.ts";
import type { Mat } from "../../src/native/opencv.ts";

const test = suite("H.264's rate");
const format = { widthPx: 640, heightPx: 360, frameRate: 30 };
/** Bits a second, for a second each; at all of them the scene could use more. Up and down, by little and by much. */
const bitrates = [400_000, 200_000, 250_000, 100_000, 500_000, 150_000];

/** A second of the scene. */
async function record(): Promise<Mat[]> {
  const source = await openMovingScene({ kind: "motion", ...format });
  const pictures: Mat[] = [];
  while (pictures.length < format.frameRate) {
    const frame = await source.next();
    if (frame !== undefined) pictures.push(frame.mat);
  }
  source.close();
  return pictures;
}

test("uses nine tenths of its bitrate, with no picture larger than the rate buffer, keyframes neither", async () => {
  const pictures = await record();
  const encoder = await openEncoder("h264", { ...format, bitrateBps: bitrates[0] ?? 0 });
  let number = 0;
  for (const bitrateBps of bitrates) {
    encoder.setBitrate(bitrateBps);
    const timesMs: number[] = [];
    for (let index = 0; index < format.frameRate; index++, number++) {
      // To and fro: no jump in the scene.
      const turn = number % (2 * pictures.length - 2);
      const mat = pictures[turn < pictures.length ? turn : 2 * pictures.length - 2 - turn];
      assert.ok(mat !== undefined);
      const picture = await encoder.encode(mat, { captureUs: 1_000_000 + number * 33_333, keyframe: index === 20 });
      timesMs.push(((picture?.data.byteLength ?? 0) * 8_000) / bitrateBps);
    }
    // The first picture of a lower rate was begun with the old one's buffer.
    const longestMs = Math.max(...timesMs.slice(1));
    assert.ok(longestMs <= 100, `a picture of ${longestMs} ms at ${bitrateBps} bit/s`);
    const used = timesMs.reduce((sum, ms) => sum + ms, 0) / 1_000;
    assert.ok(used >= 0.9 && used <= 1.2, `${used} of ${bitrateBps} bit/s`);
  }
  encoder.close();
  for (const picture of pictures) picture.release();
});

test.run();
