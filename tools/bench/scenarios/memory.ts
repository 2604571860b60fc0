// Memory of both sides over a long call, and whether it grows.

import { setTimeout as sleep } from "node:timers/promises";

import { readUse, total } from "../cpu-use.ts";
import { sourceArguments } from "../live-call.ts";
import { accountFigures, type OneWayCall, withOneWayCall } from "../one-way-call.ts";
import { linePlot } from "../plot/line-plot.ts";
import type { FigureSpec, Figures, PlotData, Scenario, ScenarioOptions, Series } from "../scenario.ts";
import { fitLine } from "../statistics.ts";

/** Seconds between two looks; in a short call there are as many as the slope needs. */
const lookEveryS = 10;
const fewestLooks = 12;
/**
 * Share of the call that is left out of the slope: code is compiled, pools are filled, and V8 finds its heap's size, in up to three minutes.
 * What leaks does so afterwards too.
 */
const settlingShare = 1 / 3;
const mebibyte = 2 ** 20;
/** 250 MB. */
const mostMib = 238;
/** No growth, MiB a minute, as far as ten minutes can tell. */
const mostSlope = 0.1;
const sides = ["sender", "receiver"] as const;
type Side = (typeof sides)[number];

/** All processes of a side at an instant. */
interface MemoryLook {
  readonly atS: number;
  readonly rssMib: number;
  readonly pssMib: number;
}

/** `pnpm bench memory`. */
export const memory: Scenario = {
  name: "memory",
  description: `svc-sender to svc-receiver on loopback for --seconds (ten minutes), 1280x720, 30 fps, H.264: memory of all processes of a side, every ${lookEveryS} s`,
  defaults: { seconds: 600, runs: 1 },
  figures: [
    ...sides.flatMap((side): readonly FigureSpec[] => [
      { name: `${side}PssMib`, label: `PSS of the ${side} at the end`, unit: "MiB", digits: 0, goal: { atMost: mostMib } },
      { name: `${side}RssMib`, label: `RSS of the ${side} at the end`, unit: "MiB", digits: 0 },
      { name: `${side}Slope`, label: `growth of the ${side}'s RSS`, unit: "MiB a minute", digits: 3, goal: { atMost: mostSlope } },
      { name: `${side}SlopeError`, label: "… its standard error", unit: "MiB a minute", digits: 3 },
    ]),
    ...accountFigures,
  ],
  plot: ({ series }: PlotData) =>
    linePlot({
      title: "Memory of all processes of a side (RSS)",
      xLabel: "seconds",
      panels: series.map(({ name, points }) => ({ yLabel: "MiB", data: { label: name, points } })),
    }),
  // Without an event for each picture, which only we want, and which costs the receiver memory of its own.
  measure: (options) =>
    withOneWayCall({ sender: sourceArguments(options), window: options.window, tellsPictures: false }, (call) => measure(call, options)),
};

async function measure(call: OneWayCall, { seconds, keepSeries }: ScenarioOptions): Promise<Figures> {
  const startMs = performance.now();
  const looks: Record<Side, MemoryLook[]> = { sender: [], receiver: [] };
  const everyS = Math.min(lookEveryS, seconds / fewestLooks);
  for (let index = 0; index * everyS <= seconds; index++) {
    await sleep(Math.max(0, startMs + index * everyS * 1000 - performance.now()));
    for (const side of sides) {
      const { rssBytes, pssBytes } = readUse(call[side].pid);
      const atS = (performance.now() - startMs) / 1000;
      looks[side].push({ atS, rssMib: total(rssBytes) / mebibyte, pssMib: total(pssBytes) / mebibyte });
    }
  }
  keepSeries(sides.map((side): Series => ({ name: side, unit: "MiB", points: looks[side].map(({ atS, rssMib }) => [atS, rssMib]) })));
  return { ...figuresOf("sender", looks.sender), ...figuresOf("receiver", looks.receiver), ...(await call.end()) };
}

function figuresOf(side: Side, looks: readonly MemoryLook[]): Figures {
  const settled = looks.slice(Math.ceil(looks.length * settlingShare));
  // Of RSS: PSS moves with every other program that begins or ends to use the same libraries.
  const { slope, slopeError } = fitLine(settled.map(({ atS, rssMib }) => [atS / 60, rssMib]));
  const last = looks.at(-1);
  return {
    [`${side}PssMib`]: last?.pssMib ?? Number.NaN,
    [`${side}RssMib`]: last?.rssMib ?? Number.NaN,
    [`${side}Slope`]: slope,
    [`${side}SlopeError`]: slopeError,
  };
}
