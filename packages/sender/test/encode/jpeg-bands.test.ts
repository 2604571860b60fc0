// A picture that was encoded in two halves is, to a decoder, the one that was encoded whole.
import assert from "node:assert/strict";
import { suite } from "uvu";

import { joinBands, upperRows } from "../../src/encode/jpeg-bands.ts";
import { openEncoder } from "../../src/encode/open-encoder.ts";
import { EncoderError } from "../../src/errors.ts";
import { loadOpenCv, type Mat } from "../../src/native/opencv.ts";
import { ReferenceDecoder } from "./reference-decoder.ts";

const test = suite("JPEG in two halves");
const cv = await loadOpenCv();

/** Coarse noise, so that a unit in a wrong place, or with a wrong mean, is seen. */
function draw(widthPx: number, heightPx: number): Mat {
  const bgr = Buffer.alloc(widthPx * heightPx * 3);
  for (let at = 0; at < bgr.length; at++) bgr[at] = Math.imul(Math.floor(at / 96) + 7, 2_654_435_761) >>> 24;
  return new cv.Mat(bgr, heightPx, widthPx, cv.CV_8UC3);
}

async function decode(jpeg: Uint8Array): Promise<Buffer | undefined> {
  const decoder = await ReferenceDecoder.open("jpeg");
  try {
    return decoder.decode(jpeg)?.bgr;
  } finally {
    decoder.close();
  }
}

function halves(mat: Mat, rows: number, quality: readonly [number, number] = [80, 80]): [Buffer, Buffer] {
  const upper = mat.getRegion(new cv.Rect(0, 0, mat.cols, rows));
  const lower = mat.getRegion(new cv.Rect(0, rows, mat.cols, mat.rows - rows));
  const encode = (half: Mat, of: number): Buffer => cv.imencode(".jpg", half, [cv.IMWRITE_JPEG_QUALITY, of]);
  return [encode(upper, quality[0]), encode(lower, quality[1])];
}

for (const [widthPx, heightPx] of [
  [1280, 720],
  [640, 480],
  [1920, 1080],
  [642, 482],
  [34, 18],
] as const) {
  test(`${widthPx}x${heightPx}: decodes to the same bytes as one that was encoded whole`, async () => {
    const mat = draw(widthPx, heightPx);
    const whole = await decode(cv.imencode(".jpg", mat, [cv.IMWRITE_JPEG_QUALITY, 80]));
    const rows = upperRows({ widthPx, heightPx });
    assert.ok(rows !== undefined && whole !== undefined);
    const joined = joinBands(...halves(mat, rows));
    assert.ok((await decode(joined))?.equals(whole), "FFmpeg sees another picture");
    assert.ok(
      cv
        .imdecode(joined)
        .getData()
        .equals(cv.imdecode(cv.imencode(".jpg", mat, [cv.IMWRITE_JPEG_QUALITY, 80])).getData()),
    );
  });
}

test("what is too small or too large to be cut stays whole", () => {
  assert.equal(upperRows({ widthPx: 640, heightPx: 16 }), undefined);
  assert.equal(upperRows({ widthPx: 640, heightPx: 17 }), 16);
  assert.equal(upperRows({ widthPx: 65_000, heightPx: 65_000 }), undefined);
});

test("halves of different tables are refused", () => {
  const mat = draw(128, 64);
  assert.throws(
    () => joinBands(...halves(mat, 32, [80, 50])),
    (error) => error instanceof EncoderError,
  );
});

test("the encoder's large pictures are as if encoded whole, and change their quality together", async () => {
  const mat = draw(1280, 720);
  const encoder = await openEncoder("jpeg", { widthPx: 1280, heightPx: 720, frameRate: 30, bitrateBps: 2_000_000 });
  let quality = 80;
  for (let number = 0; number < 3; number++) {
    const picture = await encoder.encode(mat, { captureUs: 1 + number, keyframe: true });
    assert.ok(picture);
    const whole = cv.imencode(".jpg", mat, [cv.IMWRITE_JPEG_QUALITY, quality]);
    assert.ok((await decode(picture.data))?.equals((await decode(whole)) ?? Buffer.alloc(0)), `picture ${number}`);
    // Far above its target, so it falls at once to the least.
    quality = 10;
  }
  encoder.close();
});

test.run();
