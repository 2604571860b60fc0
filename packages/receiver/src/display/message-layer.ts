// What is said, at the bottom of the picture: the messages of the last seconds, the newest lowest, and under them what is being typed.

import type { Canvas } from "./canvas.ts";
import { breakLines } from "./card-text.ts";
import type { Overlay } from "./overlay.ts";
import { baselineIn, drawBox, overlayColours, type OverlayStyle } from "./overlay-style.ts";

/** Share of the picture's width that a message may take, beside the self-view. */
const widthShare = 0.66;
const maxLines = 3;
/** What older messages may take of the picture's height. */
const heightShare = 0.5;

/** Draws them, at the left edge or at the right one. */
export function drawMessages(canvas: Canvas, { messages, typing }: Overlay, side: "left" | "right", style: OverlayStyle): void {
  let bottomPx = canvas.heightPx - style.gapPx;
  if (typing !== null) bottomPx = drawBlock(canvas, { from: "Message:", text: typing }, { side, bottomPx, keep: "end" }, style);
  for (const message of messages.toReversed()) {
    if (bottomPx < canvas.heightPx * (1 - heightShare)) break;
    const from = message.from === "" ? "" : `${message.from}:`;
    bottomPx = drawBlock(canvas, { from, text: message.text }, { side, bottomPx, keep: "start" }, style);
  }
}

/** Draws one; what is too long loses its end, or its start. @returns where the next one above it may end */
function drawBlock(
  canvas: Canvas,
  { from, text }: { readonly from: string; readonly text: string },
  { side, bottomPx, keep }: { readonly side: "left" | "right"; readonly bottomPx: number; readonly keep: "start" | "end" },
  style: OverlayStyle,
): number {
  const { textPx, linePx, paddingPx, gapPx } = style;
  const measure = (part: string): number => canvas.letters.measure(part, textPx);
  const fromPx = from === "" ? 0 : Math.ceil(measure(from) + 0.4 * textPx);
  const maxWidthPx = Math.max(4 * textPx, canvas.widthPx * widthShare - fromPx - 2 * paddingPx);
  const lines = keep === "end" ? [endOf(text, maxWidthPx, measure)] : breakLines(text, { maxWidthPx, maxLines, measure });
  const widthPx = fromPx + Math.ceil(Math.max(...lines.map(measure))) + 2 * paddingPx;
  const heightPx = lines.length * linePx + 2 * Math.round(paddingPx / 2);
  const topPx = bottomPx - heightPx;
  const leftPx = side === "left" ? gapPx : canvas.widthPx - gapPx - widthPx;
  drawBox(canvas, { leftPx, topPx, widthPx, heightPx }, style);
  const baselineOf = (line: number): number => baselineIn(topPx + Math.round(paddingPx / 2) + line * linePx, linePx, textPx);
  canvas.write(from, { xPx: leftPx + paddingPx, baselinePx: baselineOf(0), sizePx: textPx, colour: overlayColours.accent });
  lines.forEach((line, index) =>
    canvas.write(line, { xPx: leftPx + paddingPx + fromPx, baselinePx: baselineOf(index), sizePx: textPx, colour: overlayColours.text }),
  );
  if (keep === "end") {
    // The caret, behind what was typed.
    const caretLeftPx = leftPx + widthPx - paddingPx + 1;
    const caret = {
      leftPx: caretLeftPx,
      topPx: topPx + Math.round(paddingPx * 0.75),
      widthPx: Math.max(1, Math.round(textPx / 10)),
      heightPx: linePx - Math.round(paddingPx * 0.5),
    };
    canvas.fill(caret, { colour: overlayColours.accent });
  }
  return topPx - Math.round(gapPx / 2);
}

function endOf(text: string, maxWidthPx: number, measure: (part: string) => number): string {
  const characters = [...text];
  if (measure(text) <= maxWidthPx) return text;
  while (characters.length > 1 && measure(`…${characters.join("")}`) > maxWidthPx) characters.shift();
  return `…${characters.join("")}`;
}
