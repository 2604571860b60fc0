// Figures of several programs in one scenario, taken apart again: "ffmpeg.p50Ms" is a figure of ffmpeg, "p50Ms" one of ours.

import { barPlot } from "./plot/bar-plot.ts";
import type { FigureSpec, PlotData } from "./scenario.ts";

/** One of the programs. */
export interface MeasuredProgram {
  /** For people. */
  readonly label: string;
  readonly isOurs: boolean;
  /** What a figure of it is called in the scenario. */
  nameOf(figure: string): string;
}

/** The programs that have a certain figure, in the scenario's order. Their labels stand before the colon of the figure's label. */
export function programsWith(figure: string, specs: readonly FigureSpec[]): readonly MeasuredProgram[] {
  return specs
    .filter(({ name }) => name === figure || name.endsWith(`.${figure}`))
    .map(({ name, label, of }) => ({
      label: label.split(": ")[0] ?? label,
      isOurs: of === undefined || of === "ours",
      nameOf: (other) => `${name.slice(0, name.length - figure.length)}${other}`,
    }));
}

/** Draws the latencies of all programs that were measured, the fastest first; undefined where latency was not measured. */
export function besidePlot({ name, specs, figures }: PlotData): string | undefined {
  const bars = programsWith("p50Ms", specs).flatMap(({ label, isOurs, nameOf }) => {
    const [p50, p95] = [figures[nameOf("p50Ms")], figures[nameOf("p95Ms")]];
    return p50 === undefined || p95 === undefined ? [] : [{ label, isOurs, p50, p95 }];
  });
  if (bars.length === 0) return undefined;
  return barPlot({ title: `${name}: capture to decoded picture`, xLabel: "ms", bars: bars.sort((a, b) => a.p50 - b.p50) });
}
