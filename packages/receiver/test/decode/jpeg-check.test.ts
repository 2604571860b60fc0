import assert from "node:assert/strict";
import { suite } from "uvu";

import { checkJpeg } from "../../src/decode/jpeg-check.ts";
import { type DecodeErrorCode, DecodeError } from "../../src/errors.ts";
import { cv, draw, jpegOf, mutate, random } from "./pictures.ts";

const test = suite("JPEG check");
const format = { widthPx: 96, heightPx: 64 };
const size = [96, 64] as const;
const good = jpegOf(draw(...size, 1), size);

/** Where a segment begins. */
function segment(marker: number, from: number = 0): number {
  return good.indexOf(Buffer.from([0xff, marker]), from);
}

function withBytes(at: number, ...bytes: readonly number[]): Buffer {
  const changed = Buffer.from(good);
  bytes.forEach((byte, index) => (changed[at + index] = byte));
  return changed;
}

function withSegment(marker: number, body: Buffer = Buffer.alloc(4)): Buffer {
  const head = Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff]);
  return Buffer.concat([good.subarray(0, 2), head, body, good.subarray(2)]);
}

const sof = segment(0xc0);
const sos = segment(0xda);
const scanEnd = good.lastIndexOf(Buffer.from([0xff, 0xd9]));
const progressive = [cv.IMWRITE_JPEG_QUALITY, 90, cv.IMWRITE_JPEG_PROGRESSIVE, 1];

test("takes what encoders write: baseline in colour and in grey, optimised, with restart markers", () => {
  checkJpeg(good, format);
  checkJpeg(jpegOf(draw(...size, 1), size, [cv.IMWRITE_JPEG_QUALITY, 10]), format);
  checkJpeg(jpegOf(draw(...size, 1), size, [cv.IMWRITE_JPEG_OPTIMIZE, 1]), format);
  checkJpeg(jpegOf(draw(...size, 1), size, [cv.IMWRITE_JPEG_RST_INTERVAL, 1]), format);
  checkJpeg(cv.imencode(".jpg", new cv.Mat(64, 96, cv.CV_8UC1, 7)), format);
  checkJpeg(withSegment(0xe1), format);
  checkJpeg(withSegment(0xfe), format);
});

const refusals: (readonly [string, Buffer, DecodeErrorCode])[] = [
  ["nothing", Buffer.alloc(0), "undecodable"],
  ["one byte", Buffer.from([0xff]), "undecodable"],
  ["a PNG", cv.imencode(".png", new cv.Mat(64, 96, cv.CV_8UC3, [1, 2, 3])), "undecodable"],
  ["a bitmap", cv.imencode(".bmp", new cv.Mat(64, 96, cv.CV_8UC3, [1, 2, 3])), "undecodable"],
  ["NITF, which reaches GDAL in OpenCV", Buffer.from("NITF02.10".padEnd(400, "0")), "undecodable"],
  ["a progressive JPEG", jpegOf(draw(...size, 1), size, progressive), "undecodable"],
  ["another width", withBytes(sof + 7, 0, 97), "wrong-size"],
  ["another height", withBytes(sof + 5, 0, 63), "wrong-size"],
  ["a height of 0, to be given later", withBytes(sof + 5, 0, 0), "wrong-size"],
  ["65500×65500", withBytes(sof + 5, 0xff, 0xdc, 0xff, 0xdc), "wrong-size"],
  ["12 bits", withBytes(sof + 4, 12), "undecodable"],
  ["2 components", withBytes(sof + 9, 2), "undecodable"],
  ["4 components", withBytes(sof + 9, 4), "undecodable"],
  ["no frame", Buffer.concat([good.subarray(0, sof), good.subarray(sof + 19)]), "undecodable"],
  ["two frames", Buffer.concat([good.subarray(0, sof + 19), good.subarray(sof)]), "undecodable"],
  ["a scan of one component of three", withBytes(sos + 4, 1), "undecodable"],
  ["two scans", Buffer.concat([good.subarray(0, scanEnd), good.subarray(sos)]), "undecodable"],
  [
    "tables after the scan",
    Buffer.concat([good.subarray(0, scanEnd), good.subarray(segment(0xdb), sof), good.subarray(scanEnd)]),
    "undecodable",
  ],
  ["no end", good.subarray(0, scanEnd), "undecodable"],
  ["a segment that reaches beyond the end", withBytes(segment(0xdb) + 2, 0xff, 0xff), "undecodable"],
  ["a segment without a length", withBytes(segment(0xdb) + 2, 0, 0), "undecodable"],
  ["a picture in the picture", Buffer.concat([good.subarray(0, 2), good]), "undecodable"],
  ["JPEG-LS", withSegment(0xf7, good.subarray(sof + 4, sof + 19)), "undecodable"],
  ["a hierarchical JPEG", withSegment(0xde), "undecodable"],
];
for (const marker of [0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf]) {
  refusals.push([`coding ${marker.toString(16)}`, withBytes(sof + 1, marker), "undecodable"]);
}
for (const marker of [0x00, 0x01, 0x02, 0xbf, 0xd0, 0xd7, 0xd8, 0xd9, 0xdc, 0xde, 0xdf, 0xf0, 0xf8, 0xfd, 0xff]) {
  refusals.push([`marker ${marker.toString(16)} among the tables`, withSegment(marker), "undecodable"]);
}
for (const [name, data, code] of refusals) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => checkJpeg(data, format),
      (error) => error instanceof DecodeError && error.code === code,
    );
  });
}

test("refuses every beginning of a JPEG", () => {
  for (let length = 0; length < scanEnd; length++)
    assert.throws(() => checkJpeg(good.subarray(0, length), format), DecodeError, String(length));
});

test("gives nothing but its own error for 20,000 mutants, in a moment", () => {
  const next = random(11);
  const sinceMs = performance.now();
  for (let mutant = 0; mutant < 20_000; mutant++) {
    try {
      checkJpeg(mutate(good, next), format);
    } catch (error) {
      assert.ok(error instanceof DecodeError, String(error));
    }
  }
  assert.ok(performance.now() - sinceMs < 5_000);
});

test.run();
