// What stands in for OpenCV gives what OpenCV gives: each method against the same one of the real one.
import { test } from "uvu";
import * as assert from "uvu/assert";

import { loadOpenCv, type OpenCv } from "../../src/native/opencv.ts";
import { plainOpenCv } from "../../src/plain/plain-opencv.ts";

const cv = await loadOpenCv();
const both: readonly OpenCv[] = [cv, plainOpenCv];

/** Soft colours with some edges: as hard on a resampler as footage, and the same each time. */
function pixelsOf(rows: number, cols: number): Buffer {
  const pixels = Buffer.alloc(rows * cols * 3);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < cols; x++) {
      const edge = (x >> 3) % 2 === (y >> 3) % 2 ? 40 : 0;
      pixels[(y * cols + x) * 3] = 60 + edge + ((x * 131) / cols) * 1;
      pixels[(y * cols + x) * 3 + 1] = 100 + edge + (y * 90) / rows;
      pixels[(y * cols + x) * 3 + 2] = 30 + edge + ((x + y) * 150) / (rows + cols);
    }
  }
  return pixels;
}

function greatestDifference(a: Buffer, b: Buffer): number {
  assert.is(a.byteLength, b.byteLength);
  let greatest = 0;
  for (let at = 0; at < a.byteLength; at++) greatest = Math.max(greatest, Math.abs((a[at] ?? 0) - (b[at] ?? 0)));
  return greatest;
}

/** What both make of the same. */
function made(make: (of: OpenCv) => InstanceType<OpenCv["Mat"]>): readonly [real: Buffer, plain: Buffer] {
  const [real, plain] = both.map((of) => Buffer.from(make(of).getData()));
  return [real ?? Buffer.alloc(0), plain ?? Buffer.alloc(0)];
}

const picture = (of: OpenCv, rows: number, cols: number): InstanceType<OpenCv["Mat"]> =>
  new of.Mat(pixelsOf(rows, cols), rows, cols, of.CV_8UC3);

test("converts to I420 bit by bit as OpenCV", () => {
  for (const [rows, cols] of [
    [90, 160],
    [2, 2],
    [36, 50],
  ] as const) {
    const [real, plain] = made((of) => picture(of, rows, cols).cvtColor(of.COLOR_BGR2YUV_I420));
    assert.is(greatestDifference(real, plain), 0, `${cols}x${rows}`);
  }
});

test("makes pictures smaller as OpenCV, by one step of 256 at most", () => {
  for (const [rows, cols] of [
    [45, 80],
    [54, 96],
    [31, 57],
    [90, 160],
  ] as const) {
    const [real, plain] = made((of) => picture(of, 90, 160).resize(rows, cols, 0, 0, of.INTER_AREA));
    assert.ok(greatestDifference(real, plain) <= 1, `${cols}x${rows}: ${greatestDifference(real, plain)}`);
  }
});

test("makes blocks of pixels as OpenCV", () => {
  const [real, plain] = made((of) => picture(of, 2, 48).resize(54, 1280, 0, 0, of.INTER_NEAREST));
  assert.is(greatestDifference(real, plain), 0);
});

test("draws rectangles, regions, masks and lines as OpenCV", () => {
  const [real, plain] = made((of) => {
    const mat = picture(of, 90, 160);
    mat.drawRectangle(new of.Rect(10, 12, 30, 9), new of.Vec3(1, 2, 250), of.FILLED);
    mat.drawRectangle(new of.Rect(-4, 80, 300, 40), new of.Vec3(9, 200, 3), of.FILLED);
    const mask = new of.Mat(20, 20, of.CV_8UC1, 0);
    mask.drawRectangle(new of.Rect(3, 3, 9, 15), new of.Vec3(255, 255, 255), of.FILLED);
    picture(of, 20, 20).copyTo(mat.getRegion(new of.Rect(100, 40, 20, 20)), mask);
    mat.drawLine(new of.Point2(0, 50), new of.Point2(160, 50), new of.Vec3(7, 7, 7), 1);
    mat.drawLine(new of.Point2(70, 0), new of.Point2(70, 89), new of.Vec3(8, 8, 8), 1);
    return mat;
  });
  assert.is(greatestDifference(real, plain), 0);
});

test("draws filled circles as OpenCV, to a pixel", () => {
  const [real, plain] = made((of) => {
    const mat = new of.Mat(200, 200, of.CV_8UC1, 0);
    mat.drawCircle(new of.Point2(100, 100), 90, new of.Vec3(255, 255, 255), of.FILLED);
    return mat;
  });
  let different = 0;
  for (let at = 0; at < real.byteLength; at++) if (real[at] !== plain[at]) different++;
  // A ring of one pixel's width has 565.
  assert.ok(different < 300, `${different} pixels differ`);
});

test("shares memory between a picture and its regions, and none with a copy", () => {
  for (const of of both) {
    const mat = new of.Mat(4, 4, of.CV_8UC1, 0);
    const copy = mat.copy();
    mat.getRegion(new of.Rect(1, 1, 2, 2)).drawRectangle(new of.Rect(0, 0, 2, 2), new of.Vec3(9, 9, 9), of.FILLED);
    assert.equal([...mat.getData()], [0, 0, 0, 0, 0, 9, 9, 0, 0, 9, 9, 0, 0, 0, 0, 0]);
    assert.equal(
      [...copy.getData()],
      Array.from({ length: 16 }, () => 0),
    );
  }
});

test("wraps a buffer or copies it, by the order of the arguments", () => {
  for (const of of both) {
    const pixels = Buffer.alloc(12);
    const wrapping = new of.Mat(2, 2, of.CV_8UC3, pixels);
    const copying = new of.Mat(pixels, 2, 2, of.CV_8UC3);
    pixels.fill(7);
    assert.is(wrapping.getData()[0], 7);
    assert.is(copying.getData()[0], 0);
  }
});

test("encodes JPEGs that OpenCV decodes to nearly the same picture", () => {
  for (const [rows, cols] of [
    [90, 160],
    [45, 81],
  ] as const) {
    const jpeg = plainOpenCv.imencode(".jpg", picture(plainOpenCv, rows, cols), [plainOpenCv.IMWRITE_JPEG_QUALITY, 90]);
    const decoded = cv.imdecode(jpeg);
    assert.equal([decoded.rows, decoded.cols], [rows, cols]);
    const wanted = pixelsOf(rows, cols);
    const got = decoded.getData();
    let squares = 0;
    for (let at = 0; at < got.byteLength; at++) squares += ((got[at] ?? 0) - (wanted[at] ?? 0)) ** 2;
    const psnrDb = 10 * Math.log10(255 ** 2 / (squares / got.byteLength));
    assert.ok(psnrDb > 30, `${cols}x${rows}: ${psnrDb} dB`);
  }
});

test.run();
