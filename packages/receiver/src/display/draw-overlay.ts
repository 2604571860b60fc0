// Draws the layers over a picture, all but the self-view, which is a picture itself (self-view-overlay.ts).

import { Canvas } from "./canvas.ts";
import { drawCornerLayers } from "./corner-layers.ts";
import type { Letters } from "./letters.ts";
import { drawMessages } from "./message-layer.ts";
import { drawHelp, drawPausedMark } from "./middle-layers.ts";
import type { Overlay } from "./overlay.ts";
import { overlayStyle } from "./overlay-style.ts";

/** Draws the layers, to be laid over pictures of this size. They keep out of the self-view's corner. */
export function drawOverlay(
  overlay: Overlay,
  { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number },
  letters: Letters,
): Canvas {
  const canvas = new Canvas(widthPx, heightPx, letters);
  const style = overlayStyle(heightPx);
  const { corner, isHidden } = overlay.selfView;
  const isTaken = (wanted: typeof corner): boolean => !isHidden && corner === wanted;
  // The help box needs the room of the others.
  if (overlay.help !== null) drawHelp(canvas, overlay.help);
  else {
    drawCornerLayers(canvas, overlay, isTaken("top-left") ? "right" : "left", style);
    drawMessages(canvas, overlay, isTaken("bottom-left") ? "right" : "left", style);
    if (overlay.isPaused) drawPausedMark(canvas, style);
  }
  return canvas;
}
