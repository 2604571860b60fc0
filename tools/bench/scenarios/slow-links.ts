// What a slow link does to the delay, the frame rate, the bytes and the picture: one scenario a link.

import { setTimeout as sleep } from "node:timers/promises";

import { watchOthers } from "../cpu-use.ts";
import { sourceArguments, warmUpS } from "../live-call.ts";
import { accountFigures, withOneWayCall } from "../one-way-call.ts";
import { measureQuality, qualityFigures } from "../quality-figures.ts";
import type { FigureSpec, Figures, Scenario, ScenarioOptions } from "../scenario.ts";
import { clockUs, goodputBps, latenciesOf, oldestMs, shownBetween } from "../shown-pictures.ts";
import { type LinkProperties, openSlowLink } from "../slow-link.ts";

/** A link, and what is to be reached on it. */
interface LinkScenario extends LinkProperties {
  readonly name: string;
  readonly words: string;
  readonly p50Ms?: number;
  readonly p95Ms: number;
  readonly fps?: number;
  /** Share of the link's rate that is to arrive as video. */
  readonly goodput?: number;
}

const links: readonly LinkScenario[] = [
  { name: "link-2m", words: "2 Mbit/s, 50 ms one way", rateBps: 2e6, delayMs: 50, p50Ms: 105, p95Ms: 150, fps: 25, goodput: 0.85 },
  { name: "link-500k", words: "0.5 Mbit/s, 50 ms one way", rateBps: 5e5, delayMs: 50, p95Ms: 300 },
  {
    name: "link-2m-loss",
    words: "2 Mbit/s, 50 ms one way, 1 % of the packets lost",
    rateBps: 2e6,
    delayMs: 50,
    lossPercent: 1,
    p95Ms: 300,
  },
  {
    name: "link-10m-loss",
    words: "10 Mbit/s, 50 ms one way, 3 % of the packets lost",
    rateBps: 1e7,
    delayMs: 50,
    lossPercent: 3,
    p95Ms: 350,
  },
];

/** Size of the moving scene that is sent. */
const size = { widthPx: 1280, heightPx: 720 } as const;

/** `pnpm bench link-2m` and its like. */
export const slowLinks: readonly Scenario[] = links.map((link) => ({
  name: link.name,
  description: `svc-sender to svc-receiver over ${link.words}, a queue of 100 ms, TCP cubic; 1280x720 at 30 fps, at most 2 Mbit/s (needs root)`,
  figures: figuresOf(link),
  measure: (options) => measure(link, options),
}));

function figuresOf({ p50Ms, p95Ms, fps, goodput }: LinkScenario): readonly FigureSpec[] {
  return [
    {
      name: "latencyP50Ms",
      label: "capture to display, p50",
      unit: "ms",
      digits: 0,
      ...(p50Ms !== undefined && { goal: { atMost: p50Ms } }),
    },
    { name: "latencyP95Ms", label: "capture to display, p95", unit: "ms", digits: 0, goal: { atMost: p95Ms } },
    { name: "latencyP99Ms", label: "capture to display, p99", unit: "ms", digits: 0 },
    { name: "oldestMs", label: "oldest picture shown", unit: "ms", digits: 0 },
    { name: "fps", label: "pictures shown", unit: "fps", digits: 1, ...(fps !== undefined && { goal: { atLeast: fps } }) },
    { name: "bitrateMbps", label: "video that arrived", unit: "Mbit/s", digits: 2 },
    {
      name: "goodput",
      label: "share of the link's rate",
      unit: "",
      digits: 2,
      of: "ratios",
      ...(goodput !== undefined && { goal: { atLeast: goodput } }),
    },
    ...qualityFigures,
    ...accountFigures,
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ];
}

async function measure(link: LinkScenario, options: ScenarioOptions): Promise<Figures> {
  const slow = await openSlowLink(link);
  try {
    return await withOneWayCall({ sender: sourceArguments(options), ends: slow.ends }, async ({ shown, address, end }) => {
      await sleep(warmUpS * 1000);
      const others = watchOthers();
      const fromUs = clockUs();
      await sleep(options.seconds * 1000);
      const toUs = clockUs();
      const otherCores = others();
      const pictures = shownBetween(shown, fromUs, toUs);
      const { p50, p95, p99 } = latenciesOf(pictures);
      const bitrateBps = goodputBps(pictures, fromUs, toUs);
      return {
        latencyP50Ms: p50,
        latencyP95Ms: p95,
        latencyP99Ms: p99,
        oldestMs: oldestMs(pictures),
        fps: pictures.length / options.seconds,
        bitrateMbps: bitrateBps / 1e6,
        goodput: bitrateBps / link.rateBps,
        // The account first: it ends the receiver, and has the link to itself.
        ...(await end()),
        ...(await measureQuality(address, { ...size, settleS: warmUpS }, options, slow.ends[1].namespace)),
        otherCores,
      };
    });
  } finally {
    await slow.close();
  }
}
