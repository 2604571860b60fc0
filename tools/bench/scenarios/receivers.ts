// What each further receiver costs the sender, and whether the others notice: real receivers that are measured, one at a time, and light
// clients that acknowledge and show nothing, one of which stalls. Each number of receivers is measured twice, on the way up and on the way
// down, so that a machine or a program that gets faster or slower meanwhile counts for none of them; and the measured receiver is the first to
// have joined on the way up, the last on the way down, so that its place in the sender's order counts for all of them alike.

import { setTimeout as sleep } from "node:timers/promises";

import { difference, readUse, total, watchOthers } from "../cpu-use.ts";
import { HelperProgram } from "../helper-program.ts";
import { warmUpS } from "../live-call.ts";
import { accountFigures, type OneWayCall, withOneWayCall } from "../one-way-call.ts";
import type { CrowdRequest } from "../receiver-crowd.ts";
import type { FigureSpec, Figures, Scenario, ScenarioOptions } from "../scenario.ts";
import { clockUs, latenciesOf, type ShownPicture, shownBetween } from "../shown-pictures.ts";
import { mean } from "../statistics.ts";

const counts = [1, 8, 32] as const;

type Count = (typeof counts)[number];

/** `pnpm bench receivers`. */
export const receivers: Scenario = {
  name: "receivers",
  description:
    "svc-sender, 640x360, 30 fps, H.264, 1 Mbit/s, to 1, 8, 32, 32, 8 and 1 receivers on loopback, all but one of low priority; from the second on one has stalled",
  figures: [
    ...counts.flatMap((count): readonly FigureSpec[] => [
      { name: `senderCores${count}`, label: `sender's CPU with ${count}`, unit: "cores", digits: 3 },
      { name: `latencyP50Ms${count}`, label: `capture to display with ${count}, p50`, unit: "ms", digits: 1 },
      { name: `latencyP95Ms${count}`, label: `capture to display with ${count}, p95`, unit: "ms", digits: 1 },
      { name: `firstP95Ms${count}`, label: "… of whoever joined first", unit: "ms", digits: 1 },
      { name: `lastP95Ms${count}`, label: "… of whoever joined last", unit: "ms", digits: 1 },
      { name: `fps${count}`, label: `pictures shown with ${count}`, unit: "fps", digits: 1 },
      { name: `encoders${count}`, label: `encoders at work with ${count}`, unit: "", digits: 0, goal: { atMost: 1, of: "every" } },
    ]),
    {
      name: "addedCpu8",
      label: "each receiver added costs little of the sender's CPU: of 8 / for the first",
      unit: "",
      digits: 3,
      of: "ratios",
      goal: { atMost: 0.05 },
    },
    {
      name: "addedCpu32",
      label: "each receiver added costs little of the sender's CPU: of 32 / for the first",
      unit: "",
      digits: 3,
      of: "ratios",
      goal: { atMost: 0.05 },
    },
    { name: "p95With8", label: "p95 of a fast receiver among 8 / alone", unit: "", digits: 2, of: "ratios", goal: { atMost: 1.1 } },
    { name: "p95With32", label: "p95 of a fast receiver among 32 / alone", unit: "", digits: 2, of: "ratios", goal: { atMost: 1.1 } },
    { name: "served", label: "receivers served in the end", unit: "", digits: 0, goal: { atLeast: 32, of: "every" } },
    ...accountFigures,
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ],
  measure,
};

const sender = ["--source", "motion", "--camera-size", "640x360", "--video-bit-rate", "1M", "--max-receivers", "32"];
/** Light clients beside the measured receiver, for 8 and for 32 in all: as many more as there were not before. */
const crowds: readonly Pick<CrowdRequest, "count" | "stalled">[] = [
  { count: 7, stalled: 1 },
  { count: 24, stalled: 0 },
];

interface Phase {
  readonly senderCores: number;
  readonly encoders: number;
  readonly p50: number;
  readonly p95: number;
  readonly fps: number;
}

function measure(options: ScenarioOptions): Promise<Figures> {
  return withOneWayCall({ sender }, async (call) => {
    const others = watchOthers();
    const crowd: HelperProgram[] = [];
    try {
      const up = [await measurePhase(call, call.shown, options.seconds)];
      for (const counted of crowds) {
        crowd.push(await join(call, counted));
        up.push(await measurePhase(call, call.shown, options.seconds));
      }
      const ofFirst = await call.end();
      const last = await call.another();
      const down = [await measurePhase(call, last.shown, options.seconds)];
      const served = Number((await call.sender.next("stats")).value["receivers"]);
      for (const clients of crowd.splice(0).reverse()) {
        await clients.end();
        down.unshift(await measurePhase(call, last.shown, options.seconds));
      }
      const otherCores = others();
      const ofLast = await last.end();
      return { ...figuresOf(up, down), served, ...together(ofFirst, ofLast), otherCores };
    } finally {
      await Promise.all(crowd.map((clients) => clients.end()));
    }
  });
}

async function join({ address }: OneWayCall, counted: Pick<CrowdRequest, "count" | "stalled">): Promise<HelperProgram> {
  const request: CrowdRequest = { ...address, ...counted };
  const crowd = new HelperProgram("receiver-crowd", request);
  await crowd.line();
  return crowd;
}

async function measurePhase({ sender: program }: OneWayCall, shown: readonly ShownPicture[], seconds: number): Promise<Phase> {
  await sleep(warmUpS * 1000);
  let encoders = 0;
  const stopLooking = program.onEvent(({ event, value }) => {
    if (event === "stats") encoders = Math.max(encoders, Number(value["encoders"]));
  });
  const before = readUse(program.pid).cpuMs;
  const fromUs = clockUs();
  await sleep(seconds * 1000);
  const elapsedMs = (clockUs() - fromUs) / 1000;
  const cpuMs = total(difference(before, readUse(program.pid).cpuMs));
  stopLooking();
  const pictures = shownBetween(shown, fromUs);
  const { p50, p95 } = latenciesOf(pictures);
  return { senderCores: cpuMs / elapsedMs, encoders, p50, p95, fps: (pictures.length * 1000) / elapsedMs };
}

/** @param up and `down`: a phase for each of {@link counts} */
function figuresOf(up: readonly Phase[], down: readonly Phase[]): Figures {
  const both = (count: Count, value: (phase: Phase) => number): number[] =>
    [up, down].flatMap((phases) => phases[counts.indexOf(count)] ?? []).map(value);
  const figures = (count: Count): Figures => {
    const [firstP95Ms = Number.NaN, lastP95Ms = Number.NaN] = both(count, ({ p95 }) => p95);
    return {
      [`senderCores${count}`]: mean(both(count, ({ senderCores }) => senderCores)),
      [`latencyP50Ms${count}`]: mean(both(count, ({ p50 }) => p50)),
      [`latencyP95Ms${count}`]: mean([firstP95Ms, lastP95Ms]),
      // Alone one is both.
      ...(count > 1 && { [`firstP95Ms${count}`]: firstP95Ms, [`lastP95Ms${count}`]: lastP95Ms }),
      [`fps${count}`]: mean(both(count, ({ fps }) => fps)),
      [`encoders${count}`]: Math.max(...both(count, ({ encoders }) => encoders)),
    };
  };
  const all = Object.assign({}, ...counts.map(figures)) as Record<string, number>;
  const ratio = (name: string, count: Count): number => (all[`${name}${count}`] ?? Number.NaN) / (all[`${name}1`] ?? Number.NaN);
  return {
    ...all,
    addedCpu8: (ratio("senderCores", 8) - 1) / 7,
    addedCpu32: (ratio("senderCores", 32) - 1) / 31,
    p95With8: ratio("latencyP95Ms", 8),
    p95With32: ratio("latencyP95Ms", 32),
  };
}

/** The accounts of both measured receivers as one. */
function together(first: Figures, last: Figures): Figures {
  const sum = (name: string): number => (first[name] ?? Number.NaN) + (last[name] ?? Number.NaN);
  const droppedPercent =
    [first, last].reduce((dropped, of) => dropped + (of["droppedPercent"] ?? 0) * (of["captured"] ?? 0), 0) / sum("captured");
  return { captured: sum("captured"), droppedPercent, unaccounted: sum("unaccounted"), mismatched: sum("mismatched") };
}
