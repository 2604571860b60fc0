import { test } from "uvu";
import * as assert from "uvu/assert";

import { SelfViewOverlay, selfViewPlace } from "../../src/display/self-view-overlay.ts";
import { loadOpenCv, type Mat } from "../../src/native/opencv.ts";

const cv = await loadOpenCv();
const black = [0, 0, 0];

/** A picture whose left half is blue and whose right half is red. */
function halves(widthPx: number, heightPx: number): Mat {
  const mat = new cv.Mat(heightPx, widthPx, cv.CV_8UC3, [200, 0, 0]);
  mat.drawRectangle(new cv.Rect(widthPx / 2, 0, widthPx / 2, heightPx), new cv.Vec3(0, 0, 200), cv.FILLED);
  return mat;
}

function colourAt(mat: Mat, x: number, y: number): number[] {
  const start = (Math.round(y) * mat.cols + Math.round(x)) * 3;
  return [...mat.getData().subarray(start, start + 3)];
}

for (const [widthPx, heightPx] of [
  [320, 240],
  [640, 360],
  [1280, 720],
  [1920, 1080],
] as const) {
  test(`draws the self-view mirrored in the lower right corner of a picture of ${widthPx}x${heightPx}, and nothing elsewhere`, () => {
    const overlay = new SelfViewOverlay(cv);
    const own = halves(320, 180);
    overlay.set(own);
    const picture = new cv.Mat(heightPx, widthPx, cv.CV_8UC3, black);
    overlay.draw(picture, "bottom-right");
    const place = selfViewPlace(picture, own);
    if (place === undefined) throw new Error("no place");
    const y = place.topPx + place.heightPx / 2;
    assert.equal(colourAt(picture, place.leftPx + place.widthPx * 0.25, y), [0, 0, 200], "red, the right half, is on the left");
    assert.equal(colourAt(picture, place.leftPx + place.widthPx * 0.75, y), [200, 0, 0]);
    assert.ok(place.leftPx > widthPx * 0.7 && place.leftPx + place.widthPx < widthPx);
    const frame = 4;
    for (const [x, row] of [
      [place.leftPx - frame, y],
      [place.leftPx + place.widthPx / 2, place.topPx - frame],
      [widthPx - 1, heightPx - 1],
      [place.leftPx, place.topPx],
    ] as const) {
      assert.ok(Math.max(...colourAt(picture, x, row)) < 90, `${x},${row}`);
    }
    for (const used of [own, picture]) used.release();
    overlay.release();
  });
}

test("leaves the picture as it is without a self-view, or when it has no room for one", () => {
  const overlay = new SelfViewOverlay(cv);
  const wide = new cv.Mat(40, 640, cv.CV_8UC3, black);
  overlay.draw(wide, "bottom-right");
  const tall = halves(180, 320);
  overlay.set(tall);
  overlay.draw(wide, "bottom-right");
  assert.ok(wide.getData().every((value) => value === 0));
  for (const used of [wide, tall]) used.release();
  overlay.release();
});

test("shows the newest self-view, whatever size it has", () => {
  const overlay = new SelfViewOverlay(cv);
  for (const size of [
    [320, 180],
    [240, 180],
  ] as const) {
    const own = halves(size[0], size[1]);
    overlay.set(own);
    const picture = new cv.Mat(360, 640, cv.CV_8UC3, black);
    overlay.draw(picture, "bottom-right");
    const place = selfViewPlace(picture, own);
    if (place === undefined) throw new Error("no place");
    assert.equal(colourAt(picture, place.leftPx + place.widthPx * 0.25, place.topPx + place.heightPx / 2), [0, 0, 200]);
    for (const used of [own, picture]) used.release();
  }
  overlay.release();
});

test.run();
