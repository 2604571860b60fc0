// Draws the layers over a picture, all but the self-view, which is a picture itself (self-view-overlay.ts).

import type { Canvas } from "./canvas.ts";
import { drawCornerLayers } from "./corner-layers.ts";
import { drawMessages } from "./message-layer.ts";
import { drawHelp, drawPausedMark } from "./middle-layers.ts";
import type { Overlay } from "./overlay.ts";
import { overlayStyle } from "./overlay-style.ts";

/** Draws the layers on a bare canvas, to be laid over pictures of its size. They keep out of the self-view's corner. */
export function drawOverlay(overlay: Overlay, canvas: Canvas): void {
  const style = overlayStyle(canvas.heightPx);
  const { corner, isHidden } = overlay.selfView;
  const isTaken = (wanted: typeof corner): boolean => !isHidden && corner === wanted;
  // The help box needs the room of the others.
  if (overlay.help !== null) drawHelp(canvas, overlay.help);
  else {
    drawCornerLayers(canvas, overlay, isTaken("top-left") ? "right" : "left", style);
    drawMessages(canvas, overlay, isTaken("bottom-left") ? "right" : "left", style);
    if (overlay.isPaused) drawPausedMark(canvas, style);
  }
}
