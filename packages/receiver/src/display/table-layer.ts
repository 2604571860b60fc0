// Tables of two columns over the picture: the figures of the call, and the two parts of the help box.

import type { Canvas } from "./canvas.ts";
import type { OverlayRow } from "./overlay.ts";
import { baselineIn, fitText, overlayColours, type OverlayStyle } from "./overlay-style.ts";

/** A table's measures, pixels. */
export interface TableSize {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly labelsPx: number;
}

/** How much room a table takes. */
export function measureTable(canvas: Canvas, rows: readonly OverlayRow[], { textPx, linePx }: OverlayStyle): TableSize {
  const widest = (column: 0 | 1): number => Math.ceil(Math.max(0, ...rows.map((row) => canvas.letters.measure(row[column], textPx))));
  const labelsPx = widest(0) + textPx;
  return { widthPx: labelsPx + widest(1), heightPx: rows.length * linePx, labelsPx };
}

/** Draws a table without a box; what is wider than `maxWidthPx` is cut. */
export function drawTable(
  canvas: Canvas,
  rows: readonly OverlayRow[],
  place: { readonly leftPx: number; readonly topPx: number; readonly labelsPx: number; readonly maxWidthPx: number },
  { textPx, linePx }: OverlayStyle,
): void {
  rows.forEach(([label, figures], index) => {
    const baselinePx = baselineIn(place.topPx + index * linePx, linePx, textPx);
    canvas.write(label, { xPx: place.leftPx, baselinePx, sizePx: textPx, colour: overlayColours.accent });
    const words = fitText(canvas, figures, textPx, place.maxWidthPx - place.labelsPx);
    canvas.write(words, { xPx: place.leftPx + place.labelsPx, baselinePx, sizePx: textPx, colour: overlayColours.text });
  });
}
