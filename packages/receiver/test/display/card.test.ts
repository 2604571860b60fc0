import { test } from "uvu";
import * as assert from "uvu/assert";

import { drawCard, drawDots } from "../../src/display/card.ts";
import { programLetters } from "../../src/display/letters.ts";
import { assertGolden, type Pixels } from "./golden.ts";

const letters = programLetters();
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
  "ждём картинку: Анна",
  `waiting for the picture of ${"W".repeat(64)}`,
  `waiting for the picture of ${"a long name ".repeat(5)}`,
];

/** The columns and rows that hold something as light as the words, of those below the mark. */
function lightPlaces({ bgr, widthPx, heightPx }: Pixels): {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly count: number;
} {
  let [left, right, top, bottom, count] = [widthPx, -1, heightPx, -1, 0];
  for (let y = Math.floor(heightPx * 0.45); y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      if ((bgr[(y * widthPx + x) * 3 + 1] ?? 0) < 150) continue;
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
      const { left, right, top, bottom, count } = lightPlaces({ ...size, bgr: drawCard(size, { text }, letters) });
      assert.ok(count > 20, text);
      assert.ok(left > size.widthPx * 0.04 && right < size.widthPx * 0.96, `${text}: ${left}…${right}`);
      assert.ok(Math.abs(left + right + 1 - size.widthPx) <= 4 + size.widthPx * 0.015, `not centred: ${text}: ${left}…${right}`);
      assert.ok(top > size.heightPx * 0.45 && bottom < size.heightPx * 0.78, `${text}: ${top}…${bottom}`);
    }
  });
}

for (const [name, words] of [
  ["waiting", { text: "waiting for the picture of Zoë" }],
  ["camera-off", { text: "camera off: Ann", isCameraOff: true }],
] as const) {
  test(`draws the card as it was: ${name}`, async () => {
    const size = { widthPx: 480, heightPx: 270 };
    const bgr = drawCard(size, words, letters);
    drawDots(bgr, size, letters, 0);
    await assertGolden({ ...size, bgr }, `card-${name}`);
  });
}

test("lights one of three dots after the other", () => {
  const size = { widthPx: 640, heightPx: 360 };
  const seen = [0, 400, 800, 1200].map((timeMs) => {
    const bgr = drawCard(size, { text: "connecting" }, letters);
    drawDots(bgr, size, letters, timeMs);
    return bgr.toString("base64");
  });
  assert.is(new Set(seen).size, 3);
  assert.is(seen[3], seen[0]);
});

test.run();
