// A link that changes under the call: its rate falls and rises again, or nothing passes for a while. Looked at picture by picture.

import { setTimeout as sleep } from "node:timers/promises";

import { watchOthers } from "../cpu-use.ts";
import { sourceArguments, warmUpS } from "../live-call.ts";
import { accountFigures, withOneWayCall } from "../one-way-call.ts";
import { linePlot } from "../plot/line-plot.ts";
import { measureQuality, qualityFigures } from "../quality-figures.ts";
import type { FigureSpec, Figures, PlotData, Scenario, ScenarioOptions, Series } from "../scenario.ts";
import {
  clockUs,
  goodputBps,
  lateShare,
  latenciesOf,
  longestGapMs,
  oldestMs,
  rateReachedMs,
  recoveryMs,
  shownBetween,
  type ShownPicture,
} from "../shown-pictures.ts";
import { openSlowLink, type SlowLink } from "../slow-link.ts";

const fullRateBps = 2e7;
const lowRateBps = 1e6;
const delayMs = 50;
/** The sender's usual --max-latency. */
const budgetMs = 200;
/** Nothing older than this is ever to be shown. */
const oldestGoalMs = 500;
/** The sender's cap: far above the low rate, so that the step is one for the encoder too. */
const capBps = 8e6;
/** Seconds before the first change, in which the bitrate settles; of those the last ones are the old bitrate. */
const settleS = 12;
const oldRateS = 3;
const blackoutS = 5;
/** Seconds watched after the recovery, at least: more than the goal for the bitrate gives. */
const fewestAfterS = 12;
const size = { widthPx: 1280, heightPx: 720 } as const;

/** When what happened, on the clock of the pictures. */
interface Course {
  readonly startUs: number;
  readonly worseUs: number;
  readonly betterUs: number;
  readonly endUs: number;
}

const commonFigures: readonly FigureSpec[] = [
  { name: "oldestMs", label: "oldest picture shown", unit: "ms", digits: 0, goal: { atMost: oldestGoalMs, of: "every" } },
  { name: "latencyP50Ms", label: "capture to display, p50, all along", unit: "ms", digits: 0 },
  { name: "latencyP95Ms", label: "capture to display, p95, all along", unit: "ms", digits: 0 },
  { name: "longestGapMs", label: "longest time without a new picture", unit: "ms", digits: 0 },
  { name: "oldBitrateMbps", label: "video that arrived before", unit: "Mbit/s", digits: 2 },
  { name: "newBitrateMbps", label: "video that arrived in the last seconds", unit: "Mbit/s", digits: 2 },
  { name: "rateAgainMs", label: "from the link's recovery to 90 % of the old bitrate", unit: "ms", digits: 0, goal: { atMost: 10_000 } },
];

const endFigures: readonly FigureSpec[] = [
  ...qualityFigures,
  ...accountFigures,
  { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
];

const description = (what: string): string =>
  `svc-sender to svc-receiver, 1280x720 at 30 fps, at most ${capBps / 1e6} Mbit/s, ${delayMs} ms one way, a queue of 100 ms, TCP cubic; ${what} (needs root)`;

const linkSteps: Scenario = {
  name: "link-steps",
  description: description("the link goes from 20 to 1 and back to 20 Mbit/s, --seconds for each"),
  defaults: { seconds: 15 },
  figures: [
    { name: "withinBudgetMs", label: "from the step down to within 200 ms again", unit: "ms", digits: 0, goal: { atMost: 1500 } },
    ...commonFigures,
    { name: "lowP95Ms", label: "capture to display on the low rate, p95, without its first 2 s", unit: "ms", digits: 0 },
    { name: "lowLatePercent", label: "… later than 200 ms", unit: "%", digits: 1 },
    { name: "lowFps", label: "pictures shown on the low rate", unit: "fps", digits: 1 },
    { name: "lowBitrateMbps", label: "video that arrived on the low rate", unit: "Mbit/s", digits: 2 },
    ...endFigures,
  ],
  plot: (data) => plot("20 → 1 → 20 Mbit/s, 50 ms one way", data),
  measure: (options) =>
    measure(options, {
      worsen: (link) => link.set({ rateBps: lowRateBps }),
      improve: (link) => link.set({ rateBps: fullRateBps }),
      worseS: options.seconds,
      betterS: Math.max(options.seconds, fewestAfterS),
      linkMbps: lowRateBps / 1e6,
      figures: (shown, { worseUs, betterUs }) => {
        const settledUs = worseUs + 2e6;
        const low = shownBetween(shown, settledUs, betterUs);
        return {
          withinBudgetMs: recoveryMs(shown, { fromUs: worseUs, toUs: betterUs, budgetMs }),
          lowP95Ms: latenciesOf(low).p95,
          lowLatePercent: 100 * lateShare(low, budgetMs),
          lowFps: (low.length * 1e6) / (betterUs - settledUs),
          lowBitrateMbps: goodputBps(shown, settledUs, betterUs) / 1e6,
        };
      },
    }),
};

const linkBlackout: Scenario = {
  name: "link-blackout",
  description: description("20 Mbit/s, and nothing passes for 5 s"),
  defaults: { seconds: 15 },
  figures: [
    { name: "firstPictureMs", label: "from the link's return to the first picture", unit: "ms", digits: 0 },
    { name: "withinBudgetMs", label: "… to within 200 ms again", unit: "ms", digits: 0 },
    ...commonFigures,
    ...endFigures,
  ],
  plot: (data) => plot("5 s of nothing on 20 Mbit/s, 50 ms one way", data),
  measure: (options) =>
    measure(options, {
      worsen: (link) => link.set("down"),
      improve: (link) => link.set("up"),
      worseS: blackoutS,
      betterS: Math.max(options.seconds, fewestAfterS),
      linkMbps: 0,
      figures: (shown, { betterUs, endUs }) => ({
        firstPictureMs: ((shownBetween(shown, betterUs)[0]?.shownUs ?? endUs) - betterUs) / 1000,
        withinBudgetMs: recoveryMs(shown, { fromUs: betterUs, toUs: endUs, budgetMs }),
      }),
    }),
};

/** `pnpm bench link-steps` and `pnpm bench link-blackout`. */
export const changingLinks: readonly Scenario[] = [linkSteps, linkBlackout];

/** What happens to the link, and what is looked at besides what all changes have in common. */
interface Change {
  readonly worsen: (link: SlowLink) => void;
  readonly improve: (link: SlowLink) => void;
  readonly worseS: number;
  readonly betterS: number;
  /** What the link carries meanwhile. */
  readonly linkMbps: number;
  readonly figures: (shown: readonly ShownPicture[], course: Course) => Figures;
}

async function measure(options: ScenarioOptions, change: Change): Promise<Figures> {
  const link = await openSlowLink({ rateBps: fullRateBps, delayMs });
  try {
    return await withOneWayCall(
      { sender: [...sourceArguments(options), "--video-bit-rate", String(capBps)], ends: link.ends },
      async (call) => {
        const others = watchOthers();
        const course = await follow(link, change);
        const otherCores = others();
        const shown = shownBetween(call.shown, course.startUs, course.endUs);
        options.keepSeries(seriesOf(shown, course, change.linkMbps));
        return {
          ...commonFiguresOf(shown, course),
          ...change.figures(shown, course),
          ...(await call.end()),
          ...(await measureQuality(call.address, { ...size, settleS: warmUpS }, options, link.ends[1].namespace)),
          otherCores,
        };
      },
    );
  } finally {
    await link.close();
  }
}

async function follow(link: SlowLink, { worsen, improve, worseS, betterS }: Change): Promise<Course> {
  await sleep(warmUpS * 1000);
  const startUs = clockUs();
  await sleep((settleS - warmUpS) * 1000);
  const worseUs = clockUs();
  worsen(link);
  await sleep(worseS * 1000);
  const betterUs = clockUs();
  improve(link);
  await sleep(betterS * 1000);
  return { startUs, worseUs, betterUs, endUs: clockUs() };
}

function commonFiguresOf(shown: readonly ShownPicture[], { startUs, worseUs, betterUs, endUs }: Course): Figures {
  const oldBps = goodputBps(shown, worseUs - oldRateS * 1e6, worseUs);
  const { p50, p95 } = latenciesOf(shown);
  return {
    oldestMs: oldestMs(shown),
    latencyP50Ms: p50,
    latencyP95Ms: p95,
    longestGapMs: longestGapMs(shown, startUs, endUs),
    oldBitrateMbps: oldBps / 1e6,
    newBitrateMbps: goodputBps(shown, endUs - oldRateS * 1e6, endUs) / 1e6,
    rateAgainMs: rateReachedMs(shown, { fromUs: betterUs, toUs: endUs, bitrateBps: 0.9 * oldBps }),
  };
}

function seriesOf(shown: readonly ShownPicture[], { startUs, worseUs, betterUs, endUs }: Course, linkMbps: number): readonly Series[] {
  const seconds = (us: number): number => (us - startUs) / 1e6;
  const full = fullRateBps / 1e6;
  const rates = Array.from({ length: Math.floor(seconds(endUs) * 2) - 1 }, (_, index): readonly [number, number] => {
    const toUs = startUs + (index + 2) * 5e5;
    return [seconds(toUs), goodputBps(shown, toUs - 1e6, toUs) / 1e6];
  });
  return [
    { name: "latency", unit: "ms", points: shown.map(({ shownUs, latencyMs }) => [seconds(shownUs), latencyMs]) },
    { name: "video", unit: "Mbit/s", points: rates },
    {
      name: "link",
      unit: "Mbit/s",
      points: [
        [0, full],
        [seconds(worseUs), linkMbps],
        [seconds(betterUs), full],
        [seconds(endUs), full],
      ],
    },
  ];
}

function plot(title: string, { series }: PlotData): string {
  const points = (name: string): Series["points"] => series.find((each) => each.name === name)?.points ?? [];
  return linePlot({
    title,
    xLabel: "seconds",
    panels: [
      {
        yLabel: "capture to display, ms",
        data: { label: "each picture shown", points: points("latency"), dots: true },
        limit: { y: budgetMs, label: "--max-latency" },
      },
      {
        yLabel: "Mbit/s",
        data: { label: "video that arrived", points: points("video") },
        shade: { label: "what the link carries", points: points("link") },
      },
    ],
  });
}
