// Sizes and colours that all layers over the picture share.

import type { Box, Canvas, Colour } from "./canvas.ts";

export const overlayColours: Readonly<Record<"box" | "text" | "dim" | "accent" | "good" | "warning" | "alarm", Colour>> = {
  box: [30, 21, 16],
  text: [244, 241, 238],
  dim: [186, 176, 168],
  accent: [92, 178, 250],
  good: [120, 208, 96],
  warning: [70, 190, 250],
  alarm: [72, 72, 238],
};

/** Share of the picture that a box lets through. */
const boxOpacity = 0.78;
/** Letters of 19 pixels at 720 lines; below the least they cannot be read. */
const textShare = 0.0264;
const minTextPx = 13;

/** The sizes for a picture of so many lines, pixels. */
export interface OverlayStyle {
  readonly textPx: number;
  /** From line to line. */
  readonly linePx: number;
  /** Between boxes, and between them and the picture's edge. */
  readonly gapPx: number;
  /** Between a box's edge and its words. */
  readonly paddingPx: number;
}

/** The sizes for a picture of this height. */
export function overlayStyle(heightPx: number): OverlayStyle {
  const textPx = Math.max(minTextPx, Math.round(heightPx * textShare));
  return { textPx, linePx: Math.round(textPx * 1.5), gapPx: Math.round(textPx * 0.7), paddingPx: Math.round(textPx * 0.75) };
}

/** The dark box under words. */
export function drawBox(canvas: Canvas, box: Box, style: OverlayStyle): void {
  canvas.fill(box, { colour: overlayColours.box, opacity: boxOpacity, radiusPx: style.textPx * 0.55 });
}

/** The base line of words of `sizePx` that stand in the middle of a line. */
export function baselineIn(topPx: number, linePx: number, sizePx: number): number {
  // Capitals of Inter are 0.727 em high.
  return Math.round(topPx + (linePx + 0.727 * sizePx) / 2);
}

/** The longest beginning of a text that is at most so wide, with "…" when it is not the whole. */
export function fitText(canvas: Canvas, text: string, sizePx: number, maxWidthPx: number): string {
  if (canvas.letters.measure(text, sizePx) <= maxWidthPx) return text;
  const characters = [...text];
  while (characters.length > 0 && canvas.letters.measure(`${characters.join("")}…`, sizePx) > maxWidthPx) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}
