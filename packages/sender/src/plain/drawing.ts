// What the test card is drawn with: rectangles, lines and circles, without smooth edges.

import type { PixelRows } from "./plain-mat.ts";

/** Blue, green, red; of a picture with one channel the first counts. */
export type Paint = readonly [blue: number, green: number, red: number];

interface Stroke {
  readonly paint: Paint;
  readonly thickness: number;
}

/** Fills a part of a row; what lies outside is left out. */
function fillSpan(
  { rows, cols, channels, data, offset, stride }: PixelRows,
  y: number,
  [from, to]: readonly [number, number],
  paint: Paint,
): void {
  if (y < 0 || y >= rows) return;
  for (let x = Math.max(0, from); x < Math.min(cols, to); x++) {
    for (let channel = 0; channel < channels; channel++) data[offset + y * stride + x * channels + channel] = paint[channel] ?? 0;
  }
}

/** Fills a rectangle of whole pixels. */
export function fillRectangle(
  picture: PixelRows,
  { left, top, width, height }: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  paint: Paint,
): void {
  for (let y = top; y < top + height; y++) fillSpan(picture, y, [left, left + width], paint);
}

/** Fills a circle around the middle of a pixel. */
export function fillCircle(picture: PixelRows, { x, y }: { readonly x: number; readonly y: number }, radius: number, paint: Paint): void {
  for (let row = -radius; row <= radius; row++) {
    const half = Math.floor(Math.sqrt(radius * radius - row * row));
    fillSpan(picture, y + row, [x - half, x + half + 1], paint);
  }
}

/** Draws a ring, half of its thickness on either side of the circle. */
export function strokeCircle(
  picture: PixelRows,
  { x, y }: { readonly x: number; readonly y: number },
  { radius, paint, thickness }: Stroke & { readonly radius: number },
): void {
  const [inner, outer] = [radius - thickness / 2, radius + thickness / 2];
  for (let row = -Math.floor(outer); row <= outer; row++) {
    const out = Math.sqrt(Math.max(0, outer * outer - row * row));
    const within = Math.abs(row) < inner ? Math.sqrt(inner * inner - row * row) : 0;
    fillSpan(picture, y + row, [Math.round(x - out), Math.round(x - within) + 1], paint);
    fillSpan(picture, y + row, [Math.round(x + within), Math.round(x + out) + 1], paint);
  }
}

/** Draws a line, as a row of squares. */
export function strokeLine(
  picture: PixelRows,
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  { paint, thickness }: Stroke,
): void {
  const steps = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
  const before = Math.floor(thickness / 2);
  for (let step = 0; step <= steps; step++) {
    const x = Math.round(from.x + ((to.x - from.x) * step) / steps);
    const y = Math.round(from.y + ((to.y - from.y) * step) / steps);
    fillRectangle(picture, { left: x - before, top: y - before, width: thickness, height: thickness }, paint);
  }
}
