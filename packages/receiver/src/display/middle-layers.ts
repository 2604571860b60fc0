// The layers in the middle of the picture: the help box, and the mark of a picture that was paused.

import type { Canvas } from "./canvas.ts";
import type { Overlay } from "./overlay.ts";
import { baselineIn, drawBox, overlayColours, type OverlayStyle, overlayStyle } from "./overlay-style.ts";
import { drawTable, measureTable } from "./table-layer.ts";

/** Draws keys and settings side by side where there is room, else the settings under the keys. */
export function drawHelp(canvas: Canvas, { keys, settings }: NonNullable<Overlay["help"]>): void {
  const style = fittingStyle(canvas, Math.max(keys.length, settings.length) + 2);
  const { textPx, linePx, paddingPx, gapPx } = style;
  const [keysSize, settingsSize] = [measureTable(canvas, keys, style), measureTable(canvas, settings, style)];
  const padding = 2 * paddingPx;
  const between = 2 * textPx;
  const roomPx = canvas.widthPx - 2 * gapPx - 2 * padding;
  const settingsPx = Math.max(0, Math.min(settingsSize.widthPx, roomPx - keysSize.widthPx - between));
  // Settings that would be cut to nothing are left out: the keys are what the box is for.
  const hasSettings = settings.length > 0 && settingsPx > settingsSize.labelsPx + 3 * textPx;
  const insidePx = hasSettings ? keysSize.widthPx + between + settingsPx : Math.min(keysSize.widthPx, roomPx);
  const heightPx = Math.max(keysSize.heightPx, hasSettings ? settingsSize.heightPx : 0) + 1.25 * linePx;
  const box = {
    leftPx: Math.round((canvas.widthPx - insidePx) / 2 - padding),
    topPx: Math.round((canvas.heightPx - heightPx) / 2 - paddingPx),
    widthPx: Math.round(insidePx + 2 * padding),
    heightPx: Math.round(heightPx + 2 * paddingPx),
  };
  drawBox(canvas, box, style);
  const topPx = box.topPx + paddingPx;
  const tableTopPx = topPx + Math.round(1.25 * linePx);
  const leftPx = box.leftPx + padding;
  const title = (text: string, xPx: number): void =>
    canvas.write(text, { xPx, baselinePx: baselineIn(topPx, linePx, textPx), sizePx: textPx, colour: overlayColours.dim });
  title("Keys", leftPx);
  drawTable(canvas, keys, { leftPx, topPx: tableTopPx, labelsPx: keysSize.labelsPx, maxWidthPx: roomPx }, style);
  if (!hasSettings) return;
  const settingsLeftPx = leftPx + keysSize.widthPx + between;
  title("Now", settingsLeftPx);
  const place = { leftPx: settingsLeftPx, topPx: tableTopPx, labelsPx: settingsSize.labelsPx, maxWidthPx: settingsPx };
  drawTable(canvas, settings, place, style);
}

/** Draws the mark of a picture that stands still because the user has paused it. */
export function drawPausedMark(canvas: Canvas, style: OverlayStyle): void {
  const { textPx, linePx } = style;
  const sizePx = Math.round(textPx * 1.25);
  const words = "Paused";
  const barPx = Math.round(sizePx * 0.22);
  const wordsLeftPx = Math.round(5 * barPx);
  const wordsPx = Math.ceil(canvas.letters.measure(words, sizePx));
  const paddingPx = Math.round(style.paddingPx * 1.6);
  const widthPx = wordsLeftPx + wordsPx + 2 * paddingPx;
  const heightPx = Math.round(linePx * 1.25) + style.paddingPx;
  const leftPx = Math.round((canvas.widthPx - widthPx) / 2);
  const topPx = Math.round((canvas.heightPx - heightPx) / 2);
  drawBox(canvas, { leftPx, topPx, widthPx, heightPx }, style);
  const barHeightPx = Math.round(sizePx * 0.75);
  for (const bar of [0, 1]) {
    const box = {
      leftPx: leftPx + paddingPx + bar * barPx * 2,
      topPx: topPx + Math.round((heightPx - barHeightPx) / 2),
      widthPx: barPx,
      heightPx: barHeightPx,
    };
    canvas.fill(box, { colour: overlayColours.accent, radiusPx: 1.5 });
  }
  const baselinePx = baselineIn(topPx, heightPx, sizePx);
  canvas.write(words, { xPx: leftPx + paddingPx + wordsLeftPx, baselinePx, sizePx, colour: overlayColours.text });
}

/** The usual sizes, or smaller ones with which so many lines fit. */
function fittingStyle(canvas: Canvas, lines: number): OverlayStyle {
  const usual = overlayStyle(canvas.heightPx);
  const roomPx = canvas.heightPx - 2 * usual.gapPx - 2 * usual.paddingPx;
  if (lines * usual.linePx <= roomPx) return usual;
  const share = Math.max(0.7, roomPx / (lines * usual.linePx));
  const textPx = Math.max(10, Math.floor(usual.textPx * share));
  return { ...usual, textPx, linePx: Math.min(Math.round(textPx * 1.5), Math.floor(roomPx / lines)) };
}
