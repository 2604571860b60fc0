import { test } from "uvu";
import * as assert from "uvu/assert";

import { drawCard, drawDots } from "../../src/display/card.ts";
import { loadOpenCv, type Mat } from "../../src/native/opencv.ts";

const cv = await loadOpenCv();
const sizes = [
  { widthPx: 160, heightPx: 120 },
  { widthPx: 320, heightPx: 240 },
  { widthPx: 640, heightPx: 360 },
  { widthPx: 1280, heightPx: 720 },
  { widthPx: 720, heightPx: 1280 },
  { widthPx: 1920, heightPx: 1080 },
];
const texts = [
  "connecting",
  "waiting for the picture of Zoë's camera in the kitchen",
  `waiting for the picture of ${"W".repeat(64)}`,
  `waiting for the picture of ${"a long name ".repeat(5)}`,
];

/** The columns and rows that hold something as light as the words, of those below the mark. */
function lightPlaces(card: Mat): {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly count: number;
} {
  const pixels = card.getData();
  let [left, right, top, bottom, count] = [card.cols, -1, card.rows, -1, 0];
  for (let y = Math.floor(card.rows * 0.45); y < card.rows; y++) {
    for (let x = 0; x < card.cols; x++) {
      if ((pixels[(y * card.cols + x) * 3 + 1] ?? 0) < 150) continue;
      count++;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  return { left, right, top, bottom, count };
}

for (const size of sizes) {
  test(`writes any name in the middle of a card of ${size.widthPx}x${size.heightPx}, inside its borders`, () => {
    for (const text of texts) {
      const card = drawCard(cv, size, text);
      assert.equal([card.cols, card.rows, card.type], [size.widthPx, size.heightPx, cv.CV_8UC3]);
      const { left, right, top, bottom, count } = lightPlaces(card);
      assert.ok(count > 20, text);
      assert.ok(left > size.widthPx * 0.04 && right < size.widthPx * 0.96, `${text}: ${left}…${right}`);
      assert.ok(Math.abs(left + right + 1 - size.widthPx) <= 4 + size.widthPx * 0.015, `not centred: ${text}: ${left}…${right}`);
      assert.ok(top > size.heightPx * 0.46 && bottom < size.heightPx * 0.78, `${text}: ${top}…${bottom}`);
      card.release();
    }
  });
}

test("lights one of three dots after the other", () => {
  const seen = [0, 400, 800, 1200].map((timeMs) => {
    const card = drawCard(cv, { widthPx: 640, heightPx: 360 }, "connecting");
    drawDots(cv, card, timeMs);
    const data = card.getData();
    card.release();
    return data.toString("base64");
  });
  assert.is(new Set(seen).size, 3);
  assert.is(seen[3], seen[0]);
});

test.run();
