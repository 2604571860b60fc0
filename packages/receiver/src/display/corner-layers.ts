// The layers in an upper corner, one under the other: recording mark and name, level meters, figures.

import type { Canvas } from "./canvas.ts";
import type { Overlay, OverlayRow, SoundLevel } from "./overlay.ts";
import { baselineIn, drawBox, fitText, overlayColours, type OverlayStyle } from "./overlay-style.ts";
import { drawTable, measureTable } from "./table-layer.ts";

/** What the lowest step of a meter stands for, dB below full scale: a quiet room. */
const meterFloorDbfs = -54;
const meterSteps = 12;

/** A layer that is ready to be drawn at a place. */
interface Block {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly draw: (leftPx: number, topPx: number) => void;
}

/** Draws them, at the left edge or at the right one. */
export function drawCornerLayers(canvas: Canvas, overlay: Overlay, side: "left" | "right", style: OverlayStyle): void {
  const { name, levels, statistics, recording } = overlay;
  const blocks: Block[] = [];
  const words = headline(canvas, { name, recording }, style);
  if (words !== undefined) blocks.push(words);
  if (levels.length > 0) blocks.push(meters(canvas, levels, style));
  if (statistics.length > 0) blocks.push(figures(canvas, statistics, style));
  let topPx = style.gapPx;
  for (const { widthPx, heightPx, draw } of blocks) {
    const leftPx = side === "left" ? style.gapPx : canvas.widthPx - style.gapPx - widthPx;
    drawBox(canvas, { leftPx, topPx, widthPx, heightPx }, style);
    draw(leftPx + style.paddingPx, topPx + Math.round(style.paddingPx / 2));
    topPx += heightPx + Math.round(style.gapPx / 2);
  }
}

/** "● 0:12  Ann  live". */
function headline(canvas: Canvas, { name, recording }: Pick<Overlay, "name" | "recording">, style: OverlayStyle): Block | undefined {
  if (name === null && recording === null) return undefined;
  const { textPx, linePx, paddingPx } = style;
  const parts = [
    recording && { text: `● ${recording.text}`, colour: overlayColours.alarm },
    name && { text: fitText(canvas, name.name, textPx, canvas.widthPx * 0.25), colour: overlayColours.text },
    name && name.state !== "" ? { text: fitText(canvas, name.state, textPx, canvas.widthPx * 0.62), colour: overlayColours.dim } : null,
  ].filter((part) => part !== null);
  const widths = parts.map(({ text }) => Math.ceil(canvas.letters.measure(text, textPx)));
  const between = Math.round(textPx * 0.6);
  const wide = widths.reduce((sum, width) => sum + width + between, -between);
  return {
    widthPx: wide + 2 * paddingPx,
    heightPx: linePx + 2 * Math.round(paddingPx / 2),
    draw: (leftPx, topPx) => {
      let xPx = leftPx;
      parts.forEach(({ text, colour }, index) => {
        canvas.write(text, { xPx, baselinePx: baselineIn(topPx, linePx, textPx), sizePx: textPx, colour });
        xPx += (widths[index] ?? 0) + between;
      });
    },
  };
}

function meters(canvas: Canvas, levels: readonly SoundLevel[], style: OverlayStyle): Block {
  const { textPx, linePx, paddingPx } = style;
  const names = levels.map(({ name }) => fitText(canvas, name, textPx, canvas.widthPx * 0.2));
  const namesPx = Math.ceil(Math.max(...names.map((name) => canvas.letters.measure(name, textPx)))) + Math.round(textPx * 0.6);
  const stepPx = Math.max(4, Math.round(textPx * 0.5));
  return {
    widthPx: namesPx + meterSteps * stepPx + 2 * paddingPx,
    heightPx: levels.length * linePx + 2 * Math.round(paddingPx / 2),
    draw: (leftPx, topPx) =>
      levels.forEach((level, index) => {
        const lineTopPx = topPx + index * linePx;
        const baselinePx = baselineIn(lineTopPx, linePx, textPx);
        canvas.write(names[index] ?? "", { xPx: leftPx, baselinePx, sizePx: textPx, colour: overlayColours.text });
        const place = { leftPx: leftPx + namesPx, topPx: lineTopPx, baselinePx };
        drawMeter(canvas, level, place, { stepPx, style });
      }),
  };
}

function drawMeter(
  canvas: Canvas,
  { peakDbfs, isMuted }: SoundLevel,
  { leftPx, topPx, baselinePx }: { readonly leftPx: number; readonly topPx: number; readonly baselinePx: number },
  { stepPx, style: { textPx, linePx } }: { readonly stepPx: number; readonly style: OverlayStyle },
): void {
  if (isMuted) {
    canvas.write("microphone off", { xPx: leftPx, baselinePx, sizePx: Math.round(textPx * 0.85), colour: overlayColours.warning });
    return;
  }
  const share = peakDbfs === null ? 0 : (peakDbfs - meterFloorDbfs) / -meterFloorDbfs;
  const lit = Math.min(meterSteps, Math.max(0, Math.ceil(share * meterSteps)));
  const heightPx = Math.round(textPx * 0.7);
  for (let step = 0; step < meterSteps; step++) {
    const box = {
      leftPx: leftPx + step * stepPx,
      topPx: Math.round(topPx + (linePx - heightPx) / 2),
      widthPx: stepPx - Math.max(1, Math.round(stepPx * 0.25)),
      heightPx,
    };
    const colour = step >= meterSteps - 1 ? overlayColours.alarm : step >= meterSteps - 3 ? overlayColours.warning : overlayColours.good;
    canvas.fill(box, step < lit ? { colour, radiusPx: 1.5 } : { colour: overlayColours.dim, opacity: 0.3, radiusPx: 1.5 });
  }
}

function figures(canvas: Canvas, rows: readonly OverlayRow[], style: OverlayStyle): Block {
  const { paddingPx, gapPx } = style;
  const { widthPx, heightPx, labelsPx } = measureTable(canvas, rows, style);
  const insidePx = Math.min(widthPx, canvas.widthPx - 2 * gapPx - 2 * paddingPx);
  return {
    widthPx: insidePx + 2 * paddingPx,
    heightPx: heightPx + 2 * Math.round(paddingPx / 2),
    draw: (leftPx, topPx) => drawTable(canvas, rows, { leftPx, topPx, labelsPx, maxWidthPx: insidePx }, style),
  };
}
