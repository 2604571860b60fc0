// Hardware encoders on a machine without any: every one falls back to software, with a sentence.
import assert from "node:assert/strict";
import { suite } from "uvu";

import { type AdaptiveEncoderOptions, AdaptiveEncoder } from "../../src/encode/adaptive-encoder.ts";
import type { EncoderFormat, HardwareEncoder, VideoEncoder } from "../../src/encode/encoder.ts";
import { openChosenEncoder } from "../../src/encode/open-encoder.ts";
import { EncoderError } from "../../src/errors.ts";
import { loadOpenCv } from "../../src/native/opencv.ts";

const test = suite("choice of an encoder");
const cv = await loadOpenCv();
const format: EncoderFormat = { widthPx: 320, heightPx: 240, frameRate: 30, bitrateBps: 1_000_000 };
const names: readonly (readonly [HardwareEncoder, string])[] = [
  ["nvenc", "NVENC"],
  ["qsv", "Quick Sync"],
  ["vaapi", "VAAPI"],
  ["videotoolbox", "VideoToolbox"],
];
const missing = (): Promise<VideoEncoder> => Promise.reject(new EncoderError("encoder-missing", "none here"));

async function encodeOne(encoder: VideoEncoder): Promise<boolean | undefined> {
  const mat = new cv.Mat(240, 320, cv.CV_8UC3, [50, 100, 150]);
  const picture = await encoder.encode(mat, { captureUs: 33_333, keyframe: false });
  mat.release();
  return picture?.keyframe;
}

for (const [choice, name] of names) {
  test(`${choice}: gives a working encoder on any machine, and says so when it is not this one`, async () => {
    const { encoder, fallback } = await openChosenEncoder(choice, "h264", format);
    if (fallback !== undefined) assert.ok(fallback.startsWith(name) && fallback.endsWith("Encoding in software instead."), fallback);
    assert.equal(await encodeOne(encoder), true);
    encoder.close();
  });

  test(`${choice}: falls back to software when there is none`, async () => {
    const { encoder, fallback } = await openChosenEncoder(choice, "h264", format, missing);
    assert.equal(fallback, `${name} does not work here. Encoding in software instead.`);
    assert.equal(await encodeOne(encoder), true);
    encoder.close();
  });

  test(`${choice}: leaves other codecs to software`, async () => {
    const { encoder, fallback } = await openChosenEncoder(choice, "vp9", format, missing);
    assert.ok(fallback?.includes("H.264 only"));
    assert.equal(encoder.codec, "vp9");
    encoder.close();
  });
}

test("auto and software: software, without a word", async () => {
  for (const choice of ["auto", "software"] as const) {
    const { encoder, fallback } = await openChosenEncoder(choice, "h264", format, missing);
    assert.equal(fallback, undefined);
    encoder.close();
  }
});

test("gives the hardware that works", async () => {
  const { encoder: fake } = await openChosenEncoder("software", "h264", format);
  const { encoder, fallback } = await openChosenEncoder("nvenc", "h264", format, () => Promise.resolve(fake));
  assert.equal(encoder, fake);
  assert.equal(fallback, undefined);
  encoder.close();
});

test("does not hide a defect behind software", async () => {
  const defect = new TypeError("a defect");
  await assert.rejects(
    openChosenEncoder("nvenc", "h264", format, () => Promise.reject(defect)),
    (error) => error === defect,
  );
});

test("tells of the fall-back once, however often the encoder is opened anew", async () => {
  const sentences: string[] = [];
  const options: AdaptiveEncoderOptions = {
    codec: "h264",
    // FFmpeg for Linux has none, and Macs have no NVENC.
    encoder: process.platform === "darwin" ? "nvenc" : "videotoolbox",
    bitrateBps: 2_000_000,
    maxSidePx: 640,
    maxFrameRate: 30,
    barcode: false,
  };
  const sizes: number[] = [];
  const encoder = await AdaptiveEncoder.open({ widthPx: 640, heightPx: 360, frameRate: 30 }, options, {
    onTrack: ({ widthPx }) => sizes.push(widthPx),
    onFallback: (sentence) => sentences.push(sentence),
  });
  for (let frame = 1; frame <= 6; frame++) {
    if (frame === 3) encoder.setBitrate(60_000);
    const mat = new cv.Mat(360, 640, cv.CV_8UC3, [frame, 100, 150]);
    const captureUs = (frame * 2_000_000) as Parameters<AdaptiveEncoder["encode"]>[0]["captureUs"];
    const picture = await encoder.encode({ mat, frame, captureUs, keyframe: frame === 1 });
    mat.release();
    assert.equal(picture?.keyframe, frame === 1 || frame === 3);
  }
  encoder.close();
  assert.equal(sentences.length, 1);
  assert.equal(sizes.length, 2);
});

test.run();
