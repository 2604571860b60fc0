// The contract of every encoder, run against every encoder.
import assert from "node:assert/strict";
import type { VideoCodec } from "@simple-video-chat/protocol";
import { suite } from "uvu";

import type { EncodedPicture, EncoderFormat, VideoEncoder } from "../../src/encode/encoder.ts";
import { openEncoder } from "../../src/encode/open-encoder.ts";
import { EncoderError } from "../../src/errors.ts";
import { loadOpenCv, type Mat } from "../../src/native/opencv.ts";
import { psnr, ReferenceDecoder } from "./reference-decoder.ts";

const test = suite("encoders");
const cv = await loadOpenCv();
const format: EncoderFormat = { widthPx: 320, heightPx: 240, frameRate: 30, bitrateBps: 2_000_000 };

/** A smooth picture with something that moves; the same number gives the same picture. */
function draw(widthPx: number, heightPx: number, number: number): Mat {
  const bgr = Buffer.alloc(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = (y * widthPx + x) * 3;
      bgr[at] = Math.round(40 + (150 * x) / widthPx);
      bgr[at + 1] = Math.round(60 + (120 * y) / heightPx);
      bgr[at + 2] = Math.round(110 + 50 * Math.sin((x + y + 4 * number) / 17));
    }
  }
  return new cv.Mat(bgr, heightPx, widthPx, cv.CV_8UC3);
}

/** Noise, which no codec can make small. */
function drawNoise(widthPx: number, heightPx: number, seed: number): Mat {
  const bgr = Buffer.alloc(widthPx * heightPx * 3);
  let state = seed + 1;
  for (let at = 0; at < bgr.length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bgr[at] = state >>> 24;
  }
  return new cv.Mat(bgr, heightPx, widthPx, cv.CV_8UC3);
}

async function encode(encoder: VideoEncoder, mat: Mat, number: number, keyframe: boolean = false): Promise<EncodedPicture> {
  const picture = await encoder.encode(mat, { captureUs: 1_000_000 + number * 33_333, keyframe });
  mat.release();
  if (picture === undefined) throw new Error(`picture ${number} was left out`);
  return picture;
}

test("jpeg: begins with the quality that it is given, and tells at which it has arrived", async () => {
  const best = await openEncoder("jpeg", format);
  const { data: fine } = await encode(best, draw(320, 240, 0), 0);
  const small = await openEncoder("jpeg", { ...format, bitrateBps: 200_000 });
  for (let number = 0; number < 20; number++) await encode(small, draw(320, 240, number), number);
  const { quality } = small;
  assert.ok(quality !== undefined && quality < (best.quality ?? 0), `${quality}`);
  const next = await openEncoder("jpeg", { ...format, quality });
  const { data: coarse } = await encode(next, draw(320, 240, 0), 0);
  assert.ok(coarse.byteLength < 0.7 * fine.byteLength, `${coarse.byteLength} bytes, and ${fine.byteLength} at the best quality`);
  for (const encoder of [best, small, next]) encoder.close();
});

for (const codec of ["h264", "vp9", "jpeg"] as const satisfies readonly VideoCodec[]) {
  test(`${codec}: gives one packet for each picture at once, the first of them a keyframe, each decodable`, async () => {
    const encoder = await openEncoder(codec, format);
    const decoder = await ReferenceDecoder.open(codec);
    assert.equal(encoder.codec, codec);
    for (let number = 0; number < 20; number++) {
      const mat = draw(320, 240, number);
      const original = mat.getData();
      const { keyframe, data } = await encode(encoder, mat, number);
      if (number === 0) assert.equal(keyframe, true);
      if (codec === "h264") assert.deepEqual([...data.subarray(0, 3)], [0, 0, data[2] ?? -1], "no start code");
      const decoded = decoder.decode(data);
      assert.ok(decoded, `picture ${number} cannot be decoded`);
      assert.deepEqual([decoded.widthPx, decoded.heightPx], [320, 240]);
      const quality = psnr(original, decoded.bgr);
      assert.ok(quality > 30, `picture ${number}: ${quality.toFixed(1)} dB`);
    }
    encoder.close();
    decoder.close();
  });

  test(`${codec}: makes a keyframe on request, with which another decoder can begin`, async () => {
    const encoder = await openEncoder(codec, format);
    for (let number = 0; number < 5; number++) await encode(encoder, draw(320, 240, number), number);
    const { keyframe, data } = await encode(encoder, draw(320, 240, 5), 5, true);
    assert.equal(keyframe, true);
    const late = await ReferenceDecoder.open(codec);
    assert.ok(late.decode(data));
    const next = await encode(encoder, draw(320, 240, 6), 6);
    if (codec !== "jpeg") assert.equal(next.keyframe, false, "a keyframe that nobody asked for");
    assert.ok(late.decode(next.data));
    late.close();
    encoder.close();
  });

  test(`${codec}: follows its bitrate down and up again within a second`, async () => {
    const encoder = await openEncoder(codec, { ...format, bitrateBps: 6_000_000 });
    let number = 0;
    const rate = async (bitrateBps: number): Promise<number> => {
      encoder.setBitrate(bitrateBps);
      let bytes = 0;
      for (let picture = 0; picture < 40; picture++) {
        const { data } = await encode(encoder, drawNoise(320, 240, number), number++);
        if (picture >= 20) bytes += data.byteLength;
      }
      return bytes * 8 * (30 / 20);
    };
    const high = await rate(6_000_000);
    const low = await rate(1_500_000);
    const again = await rate(6_000_000);
    assert.ok(low < 0.6 * high, `${high} → ${low}`);
    assert.ok(again > 1.5 * low, `${low} → ${again}`);
    encoder.close();
  });

  test(`${codec}: takes every even size, down to the smallest that is sent`, async () => {
    for (const [widthPx, heightPx] of [
      [16, 16],
      [48, 48],
      [62, 46],
      [50, 130],
      [854, 480],
      [2, 2],
      [4096, 64],
    ] as const) {
      const encoder = await openEncoder(codec, { ...format, widthPx, heightPx });
      const decoder = await ReferenceDecoder.open(codec);
      for (let number = 0; number < 3; number++) {
        const { data } = await encode(encoder, draw(widthPx, heightPx, number), number);
        const decoded = decoder.decode(data);
        assert.deepEqual([decoded?.widthPx, decoded?.heightPx], [widthPx, heightPx], `${widthPx}x${heightPx}`);
      }
      encoder.close();
      decoder.close();
    }
  });

  test(`${codec}: keeps no picture's memory, and does not take the data back that it gave`, async () => {
    const encoder = await openEncoder(codec, format);
    const { data } = await encode(encoder, draw(320, 240, 0), 0);
    const copy = Uint8Array.from(data);
    const warmUp = 150;
    let beforeBytes = 0;
    for (let number = 1; number < 900; number++) {
      if (number === warmUp) beforeBytes = process.memoryUsage().rss;
      await encode(encoder, draw(320, 240, number % 7), number);
    }
    assert.deepEqual(Uint8Array.from(data), copy);
    const grown = process.memoryUsage().rss - beforeBytes;
    assert.ok(grown < 60e6, `${(grown / 1e6).toFixed(0)} MB more after 750 pictures`);
    encoder.close();
  });
}

test("h264: refuses a picture that is not what it was opened for, and goes on", async () => {
  const encoder = await openEncoder("h264", format);
  const isRefused = (error: unknown): boolean => error instanceof EncoderError && error.code === "encode-failed";
  const wrong = [draw(322, 240, 0), draw(320, 238, 0), new cv.Mat(240, 320, cv.CV_8UC1, 7)];
  for (const mat of wrong) {
    await assert.rejects(encoder.encode(mat, { captureUs: 1, keyframe: false }), isRefused, `${mat.cols}x${mat.rows}, type ${mat.type}`);
    mat.release();
  }
  assert.ok((await encode(encoder, draw(320, 240, 0), 0)).keyframe);
  encoder.close();
});

test("h264: opens and closes again and again without keeping memory", async () => {
  let beforeBytes = 0;
  for (let times = 0; times < 120; times++) {
    if (times === 30) beforeBytes = process.memoryUsage().rss;
    const encoder = await openEncoder("h264", format);
    await encode(encoder, draw(320, 240, times), times);
    encoder.close();
  }
  const grown = process.memoryUsage().rss - beforeBytes;
  assert.ok(grown < 80e6, `${(grown / 1e6).toFixed(0)} MB`);
});

test.run();
