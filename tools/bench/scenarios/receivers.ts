// What each further receiver costs the sender, and whether the others notice: one real receiver that is measured, and light clients
// that acknowledge and show nothing, one of which stalls.

import { setTimeout as sleep } from "node:timers/promises";

import { difference, readUse, total, watchOthers } from "../cpu-use.ts";
import { HelperProgram } from "../helper-program.ts";
import { warmUpS } from "../live-call.ts";
import { accountFigures, type OneWayCall, withOneWayCall } from "../one-way-call.ts";
import type { CrowdRequest } from "../receiver-crowd.ts";
import type { FigureSpec, Figures, Scenario, ScenarioOptions } from "../scenario.ts";
import { clockUs, latenciesOf, shownBetween } from "../shown-pictures.ts";
import { mean } from "../statistics.ts";

const counts = [1, 8, 32] as const;

/** `pnpm bench receivers`. */
export const receivers: Scenario = {
  name: "receivers",
  description:
    "svc-sender, 640x360, 30 fps, H.264, 1 Mbit/s, to 1, 8 and 32 receivers on loopback, all but one of low priority; from the second on one has stalled",
  figures: [
    ...counts.flatMap((count): readonly FigureSpec[] => [
      { name: `senderCores${count}`, label: `sender's CPU with ${count}`, unit: "cores", digits: 3 },
      { name: `latencyP50Ms${count}`, label: `capture to display with ${count}, p50`, unit: "ms", digits: 1 },
      { name: `latencyP95Ms${count}`, label: `capture to display with ${count}, p95`, unit: "ms", digits: 1 },
      { name: `fps${count}`, label: `pictures shown with ${count}`, unit: "fps", digits: 1 },
    ]),
    {
      name: "addedCpu8",
      label: "sender's CPU for each receiver added, of 8 / for the first",
      unit: "",
      digits: 3,
      of: "ratios",
      goal: { atMost: 0.05 },
    },
    {
      name: "addedCpu32",
      label: "sender's CPU for each receiver added, of 32 / for the first",
      unit: "",
      digits: 3,
      of: "ratios",
      goal: { atMost: 0.05 },
    },
    { name: "p95With8", label: "p95 with 8 / with 1", unit: "", digits: 2, of: "ratios", goal: { atMost: 1.1 } },
    { name: "p95With32", label: "p95 with 32 / with 1", unit: "", digits: 2, of: "ratios", goal: { atMost: 1.1 } },
    { name: "served", label: "receivers served in the end", unit: "", digits: 0, goal: { atLeast: 32, of: "every" } },
    ...accountFigures,
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ],
  measure,
};

const sender = ["--source", "motion", "--camera-size", "640x360", "--video-bit-rate", "1M", "--max-receivers", "32"];

interface Phase {
  readonly senderCores: number;
  readonly p50: number;
  readonly p95: number;
  readonly fps: number;
}

function measure(options: ScenarioOptions): Promise<Figures> {
  return withOneWayCall({ sender }, async (call) => {
    const others = watchOthers();
    const first = await measurePhase(call, options.seconds);
    const crowds: HelperProgram[] = [];
    try {
      crowds.push(await join(call, { count: 7, stalled: 1 }));
      const eight = await measurePhase(call, options.seconds);
      crowds.push(await join(call, { count: 24, stalled: 0 }));
      const all = await measurePhase(call, options.seconds);
      const otherCores = others();
      const served = Number((await call.sender.next("stats")).value["receivers"]);
      await Promise.all(crowds.map((crowd) => crowd.end()));
      // What a program costs falls in its first minute, as code is compiled: one receiver is measured before and after the many.
      const one = meanPhase([first, await measurePhase(call, options.seconds)]);
      return {
        ...figuresOf(1, one),
        ...figuresOf(8, eight),
        ...figuresOf(32, all),
        served,
        addedCpu8: (eight.senderCores / one.senderCores - 1) / 7,
        addedCpu32: (all.senderCores / one.senderCores - 1) / 31,
        p95With8: eight.p95 / one.p95,
        p95With32: all.p95 / one.p95,
        ...(await call.end()),
        otherCores,
      };
    } finally {
      await Promise.all(crowds.map((crowd) => crowd.end()));
    }
  });
}

async function join({ address }: OneWayCall, counted: Pick<CrowdRequest, "count" | "stalled">): Promise<HelperProgram> {
  const request: CrowdRequest = { ...address, ...counted };
  const crowd = new HelperProgram("receiver-crowd", request);
  await crowd.line();
  return crowd;
}

async function measurePhase({ sender: program, shown }: OneWayCall, seconds: number): Promise<Phase> {
  await sleep(warmUpS * 1000);
  const before = readUse(program.pid).cpuMs;
  const fromUs = clockUs();
  await sleep(seconds * 1000);
  const elapsedMs = (clockUs() - fromUs) / 1000;
  const cpuMs = total(difference(before, readUse(program.pid).cpuMs));
  const pictures = shownBetween(shown, fromUs);
  const { p50, p95 } = latenciesOf(pictures);
  return { senderCores: cpuMs / elapsedMs, p50, p95, fps: (pictures.length * 1000) / elapsedMs };
}

function meanPhase(phases: readonly Phase[]): Phase {
  const of = (value: (phase: Phase) => number): number => mean(phases.map(value));
  return { senderCores: of((phase) => phase.senderCores), p50: of(({ p50 }) => p50), p95: of(({ p95 }) => p95), fps: of(({ fps }) => fps) };
}

function figuresOf(count: number, { senderCores, p50, p95, fps }: Phase): Figures {
  return { [`senderCores${count}`]: senderCores, [`latencyP50Ms${count}`]: p50, [`latencyP95Ms${count}`]: p95, [`fps${count}`]: fps };
}
