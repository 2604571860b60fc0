import { test } from "uvu";
import * as assert from "uvu/assert";

import { DetailOverlay } from "../../src/display/detail-overlay.ts";
import { loadOpenCv, type Mat } from "../../src/native/opencv.ts";

const cv = await loadOpenCv();
const grey = 128;
const rows = [
  ["latency", "p50 84.2  p95 110.9  p99 131.0 ms, ±5.6"],
  ["stages", "capture wait 2.1  encode 8.4  send queue 0.3 ms"],
  ["", "network 52.0  decode 3.1  display wait 0.8 ms"],
] as const;

function picture(widthPx: number, heightPx: number): Mat {
  return new cv.Mat(heightPx, widthPx, cv.CV_8UC3, [grey, grey, grey]);
}

/** The columns and rows of the pixels that were drawn, and how many of those are light. */
function drawn(mat: Mat): {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly light: number;
} {
  const pixels = mat.getData();
  let [left, right, top, bottom, light] = [mat.cols, -1, mat.rows, -1, 0];
  for (let y = 0; y < mat.rows; y++) {
    for (let x = 0; x < mat.cols; x++) {
      const value = pixels[(y * mat.cols + x) * 3 + 1] ?? 0;
      if (value === grey) continue;
      if (value > 170) light++;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  return { left, right, top, bottom, light };
}

for (const [widthPx, heightPx] of [
  [640, 360],
  [1280, 720],
  [1920, 1080],
] as const) {
  test(`draws a dark box with light letters in the upper left corner of a picture of ${widthPx}x${heightPx}`, () => {
    const overlay = new DetailOverlay(cv);
    overlay.set(rows);
    const mat = picture(widthPx, heightPx);
    overlay.draw(mat);
    const { left, right, top, bottom, light } = drawn(mat);
    assert.ok(left > 0 && top > 0 && left < 20 && top < 20, `${left},${top}`);
    assert.ok(right < widthPx * 0.7 && bottom < heightPx * 0.4, `${right},${bottom}`);
    assert.ok(light > 500, `${light} light pixels`);
    mat.release();
    overlay.release();
  });
}

test("draws what it was given last, and nothing when it was given nothing", () => {
  const overlay = new DetailOverlay(cv);
  const shots = [rows, rows.slice(0, 1), []].map((given) => {
    overlay.set(given);
    const mat = picture(640, 360);
    overlay.draw(mat);
    const { bottom } = drawn(mat);
    mat.release();
    return bottom;
  });
  const [all = 0, one = 0, none] = shots;
  assert.is(none, -1);
  assert.ok(one > 0 && all > one + 20, `${all} and ${one}`);
  overlay.release();
});

test("cuts off what has no room, down to a picture of 16x16", () => {
  const overlay = new DetailOverlay(cv);
  overlay.set(rows);
  for (const size of [16, 48, 100]) {
    const mat = picture(size, size);
    overlay.draw(mat);
    const { right } = drawn(mat);
    assert.is(right, size - 1);
    mat.release();
  }
  overlay.release();
});

test.run();
