// One quantity of several programs, side by side: a bar to the median, and paler up to the 95th percentile.

import { scaleTo } from "./scale.ts";
import { element, svgDocument, textAt } from "./svg.ts";

/** One program's figures. */
export interface Bar {
  readonly label: string;
  readonly isOurs: boolean;
  readonly p50: number;
  readonly p95: number;
}

/** The whole plot. */
export interface BarPlot {
  readonly title: string;
  /** "capture to decoded picture, ms". */
  readonly xLabel: string;
  readonly bars: readonly Bar[];
}

const widthPx = 800;
const barPx = 18;
const pitchPx = 32;
const margin = { left: 270, right: 100, top: 44, bottom: 58 } as const;

/** A bar longer than so many times the median one is cut off: next to it the others could not be told apart. */
const cutOff = 3;

/** Draws it, in the order given. @returns an SVG document */
export function barPlot({ title, xLabel, bars }: BarPlot): string {
  const bottom = margin.top + bars.length * pitchPx;
  const longest = bars.map(({ p95 }) => p95).sort((a, b) => a - b);
  const x = scaleTo(Math.min(longest.at(-1) ?? 0, cutOff * (longest[longest.length >> 1] ?? 0)), [margin.left, widthPx - margin.right]);
  const grid = x.ticks.flatMap((tick) => [
    element("line", { class: "grid", x1: x.at(tick), x2: x.at(tick), y1: margin.top - 6, y2: bottom }),
    textAt(x.at(tick), bottom + 18, String(tick), { "text-anchor": "middle", class: "faint" }),
  ]);
  const drawn = bars.flatMap(({ label, isOurs, p50, p95 }, index) => {
    const y = margin.top + index * pitchPx + (pitchPx - barPx) / 2;
    const colour = isOurs ? "ours" : "theirs";
    const end = (value: number): number => x.at(Math.min(value, x.max));
    return [
      textAt(margin.left - 10, y + barPx - 5, label, { "text-anchor": "end", ...(isOurs && { class: "bold" }) }),
      element("rect", { class: `${colour} tail`, x: margin.left, y, width: end(p95) - margin.left, height: barPx }),
      element("rect", { class: colour, x: margin.left, y, width: end(p50) - margin.left, height: barPx }),
      textAt(end(p95) + 8, y + barPx - 5, `${p95 > x.max ? "… " : ""}${rounded(p50)} / ${rounded(p95)}`),
    ];
  });
  return svgDocument(widthPx, bottom + margin.bottom, title, [
    textAt(margin.left, 24, title, { class: "title", "text-anchor": "start" }),
    ...grid,
    ...drawn,
    textAt(widthPx - margin.right, bottom + 40, `${xLabel}: p50 / p95 (paler)`, { "text-anchor": "end", class: "faint" }),
  ]);
}

function rounded(value: number): string {
  return value < 100 ? value.toFixed(1) : String(Math.round(value));
}
