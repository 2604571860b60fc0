// Quantities over time: panels above each other with one time axis.

import { type Scale, scaleTo } from "./scale.ts";
import { element, pointList, svgDocument, textAt } from "./svg.ts";

type Points = readonly (readonly [number, number])[];

/** Points with what they are. */
export interface Labelled {
  readonly label: string;
  readonly points: Points;
}

/** One panel. */
export interface Panel {
  readonly yLabel: string;
  /** One quantity: as dots where each point is an event of its own, else as a line. */
  readonly data: Labelled & { readonly dots?: boolean };
  /** A value that is not to be passed. */
  readonly limit?: { readonly y: number; readonly label: string };
  /** Shaded from below; it holds each value until the next point. */
  readonly shade?: Labelled;
}

/** The whole plot. */
export interface LinePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly panels: readonly Panel[];
}

const widthPx = 800;
const panelPx = 190;
const margin = { left: 64, right: 24, top: 58, between: 38, bottom: 46 } as const;

/** Draws it. @returns an SVG document */
export function linePlot({ title, xLabel, panels }: LinePlot): string {
  const heightPx = margin.top + panels.length * panelPx + (panels.length - 1) * margin.between + margin.bottom;
  const lastX = Math.max(...panels.flatMap(({ data, shade }) => [...data.points, ...(shade?.points ?? [])].map(([x]) => x)));
  const x = scaleTo(lastX, [margin.left, widthPx - margin.right], 10);
  const drawn = panels.flatMap((panel, index) => drawPanel(panel, x, margin.top + index * (panelPx + margin.between)));
  const bottom = heightPx - margin.bottom;
  const xAxis = x.ticks.map((tick) => textAt(x.at(tick), bottom + 18, String(tick), { "text-anchor": "middle", class: "faint" }));
  return svgDocument(widthPx, heightPx, title, [
    textAt(margin.left, 24, title, { class: "title" }),
    ...drawn,
    ...xAxis,
    textAt(widthPx - margin.right, bottom + 36, xLabel, { "text-anchor": "end", class: "faint" }),
  ]);
}

function drawPanel({ yLabel, data, limit, shade }: Panel, x: Scale, top: number): readonly string[] {
  const bottom = top + panelPx;
  const greatest = Math.max(limit?.y ?? 0, ...[...data.points, ...(shade?.points ?? [])].map(([, y]) => y));
  const y = scaleTo(greatest, [bottom, top]);
  const place = (points: Points): Points => points.map(([atX, atY]) => [x.at(atX), y.at(atY)]);
  const right = widthPx - margin.right;
  const across = (value: number, name: string): string =>
    element("line", { class: name, x1: margin.left, x2: right, y1: y.at(value), y2: y.at(value) });
  const legend = [yLabel, data.label, ...(shade === undefined ? [] : [`shaded: ${shade.label}`])].join(" · ");
  return [
    ...y.ticks.map((tick) => across(tick, "grid")),
    ...y.ticks.map((tick) => textAt(margin.left - 8, y.at(tick) + 4, String(tick), { "text-anchor": "end", class: "faint" })),
    textAt(margin.left, top - 7, legend),
    ...(shade === undefined ? [] : [element("polygon", { class: "shade", points: pointList(place(staircase(shade.points))) })]),
    ...(data.dots === true
      ? place(data.points).map(([cx, cy]) => element("circle", { class: "dot", cx, cy, r: 1.4 }))
      : [element("polyline", { class: "line", points: pointList(place(data.points)) })]),
    ...(limit === undefined
      ? []
      : [across(limit.y, "limit"), textAt(right, y.at(limit.y) - 5, limit.label, { "text-anchor": "end", class: "faint" })]),
  ];
}

/** Down to the axis at both ends, and level from each point to the next. */
function staircase(points: Points): Points {
  const first = points[0]?.[0] ?? 0;
  const last = points.at(-1)?.[0] ?? 0;
  const steps = points.flatMap(([x, y], index): Points => [
    [x, y],
    [points[index + 1]?.[0] ?? x, y],
  ]);
  return [[first, 0], ...steps, [last, 0]];
}
