// What is seen in a screenshot of one of our windows: the picture inside its bars, the colours of the test card, words on a card.

import { barcodeHeightPx, nowUs, readBarcode } from "@simple-video-chat/protocol";

import type { Screenshot, VirtualDisplay } from "./virtual-display.ts";

/** A colour: blue, green, red, 0–255. */
export type Colour = readonly [number, number, number];

/** The test card's bars from left to right (EBU, 75 %). */
export const testCardBars: readonly Colour[] = [
  [191, 191, 191],
  [0, 191, 191],
  [191, 191, 0],
  [0, 191, 0],
  [191, 0, 191],
  [0, 0, 191],
  [191, 0, 0],
  [16, 16, 16],
];

/** A screenshot's mean colour in the square of side 2 × `radiusPx` + 1 around a point. */
export function colourAt({ widthPx, bgr }: Screenshot, x: number, y: number, radiusPx: number = 2): Colour {
  const sum = [0, 0, 0];
  const side = 2 * radiusPx + 1;
  for (let row = Math.round(y) - radiusPx; row <= Math.round(y) + radiusPx; row++) {
    for (let column = Math.round(x) - radiusPx; column <= Math.round(x) + radiusPx; column++) {
      for (const channel of [0, 1, 2]) sum[channel] = (sum[channel] ?? 0) + (bgr[(row * widthPx + column) * 3 + channel] ?? 0);
    }
  }
  const [blue = 0, green = 0, red = 0] = sum.map((value) => Math.round(value / side ** 2));
  return [blue, green, red];
}

/** The largest difference between two colours in one channel. */
export function difference(one: Colour, other: Colour): number {
  return Math.max(...one.map((value, channel) => Math.abs(value - (other[channel] ?? 0))));
}

/** The picture of this aspect ratio inside a window that has another one: the largest that fits, in the middle. */
export function pictureInside(shot: Screenshot, aspect: number): Screenshot {
  const widthPx = Math.round(Math.min(shot.widthPx, shot.heightPx * aspect));
  const heightPx = Math.round(Math.min(shot.heightPx, shot.widthPx / aspect));
  return part(shot, { left: Math.round((shot.widthPx - widthPx) / 2), top: Math.round((shot.heightPx - heightPx) / 2), widthPx, heightPx });
}

/** A rectangle of a screenshot. */
export function part(
  shot: Screenshot,
  { left, top, widthPx, heightPx }: { readonly left: number; readonly top: number; readonly widthPx: number; readonly heightPx: number },
): Screenshot {
  const rows = Array.from({ length: heightPx }, (_, row) => {
    const start = ((top + row) * shot.widthPx + left) * 3;
    return shot.bgr.subarray(start, start + widthPx * 3);
  });
  return { widthPx, heightPx, bgr: Buffer.concat(rows) };
}

/** The middle of each of the test card's colour bars, in a picture of this size with its barcode on top. */
export function barCentres(widthPx: number, heightPx: number): readonly { readonly x: number; readonly y: number }[] {
  const top = barcodeHeightPx(widthPx);
  const bottom = heightPx - 26 * Math.min(widthPx / 1280, heightPx / 720);
  const radius = Math.min((bottom - top) * 0.475, widthPx * 0.4);
  const y = (top + bottom) / 2 - 0.35 * radius;
  return testCardBars.map((_, index) => ({ x: widthPx / 2 + ((index + 0.5) / testCardBars.length - 0.5) * 2 * radius, y }));
}

/** What a picture's barcode says, with its age, µs; undefined when it cannot be read. */
export function barcodeOf({ widthPx, heightPx, bgr }: Screenshot): { readonly frame: number; readonly ageUs: number } | undefined {
  const barcode = readBarcode(bgr, widthPx, heightPx);
  return barcode && { frame: barcode.frame, ageUs: nowUs() - barcode.captureUs };
}

/** The rectangle around everything light (words, the mark) in a share of a card's height, in shares of its size. */
export function lightBox(
  { widthPx, heightPx, bgr }: Screenshot,
  { from, to }: { readonly from: number; readonly to: number },
): { readonly left: number; readonly right: number; readonly top: number; readonly bottom: number } {
  let [left, right, top, bottom] = [widthPx, -1, heightPx, -1];
  for (let y = Math.floor(from * heightPx); y < Math.floor(to * heightPx); y++) {
    for (let x = 0; x < widthPx; x++) {
      if ((bgr[(y * widthPx + x) * 3 + 1] ?? 0) < 180) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return { left: left / widthPx, right: (right + 1) / widthPx, top: top / heightPx, bottom: (bottom + 1) / heightPx };
}

/** Screenshots of a window until one of them satisfies `isRight`. @throws Error after `limitMs` */
export async function screenshotWhere(
  display: VirtualDisplay,
  window: string,
  isRight: (shot: Screenshot) => boolean,
  { what, limitMs = 8000 }: { readonly what: string; readonly limitMs?: number },
): Promise<Screenshot> {
  const untilMs = performance.now() + limitMs;
  for (;;) {
    const shot = await display.screenshot(window);
    if (isRight(shot)) return shot;
    if (performance.now() > untilMs) {
      throw new Error(`no screenshot of ${what} within ${limitMs / 1000} s; the last one is ${shot.widthPx}x${shot.heightPx}`);
    }
  }
}
