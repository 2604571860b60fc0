// Links that flap, lose packets, or suddenly have little room.

import { setTimeout as sleep } from "node:timers/promises";

import { nowUs } from "@simple-video-chat/protocol";

import { median, percentile } from "../../bench/statistics.ts";
import type { FaultFigures, FaultForm, FaultRow } from "../fault-row.ts";
import { callOnLink, goodLink } from "../on-link.ts";
import type { WatchedCall } from "../watched-call.ts";

const downMs = 500;
const upMs = 2_000;
const slack = 6_000;

/** Ten times 0.5 s without a link and 2 s with it. */
const flap: FaultRow = {
  name: "flap",
  fault: "the link flaps, 10 times 0.5 s down, 2 s up",
  figures: [
    { name: "lost", label: "connections lost", unit: "", atMost: 0 },
    { name: "backMs", label: "live picture after heal", unit: "ms", atMost: 1_000, slack },
    { name: "addedMs", label: "latency above that before, from 1 s after heal", unit: "ms", atMost: 100, slack: 150 },
  ],
  run: runFlap,
};

async function runFlap(form: FaultForm): Promise<FaultFigures> {
  const figures: { lost: number; backMs: number; addedMs: number } = { lost: 0, backMs: 0, addedMs: -Infinity };
  await callOnLink(goodLink, 90_000, async (call, link) => {
    const before = median(call.latencies(0));
    for (let times = form === "short" ? 3 : 10; times > 0; times--) {
      link.set("down");
      await sleep(downMs);
      const upUs = nowUs();
      link.set("up");
      await sleep(upMs);
      figures.backMs = Math.max(figures.backMs, await call.pictureBackMs(upUs));
      const later = call.latencies(upUs + 1_000_000);
      figures.addedMs = Math.max(figures.addedMs, later.length === 0 ? upMs : median(later) - before);
    }
    figures.lost = countLost(call);
    await call.end();
  });
  return figures;
}

/** Packets lost at random, a video meanwhile. Texts: rows/texts.ts. */
function loss(lossPercent: number): FaultRow {
  return {
    name: `loss-${lossPercent}`,
    fault: `${lossPercent} % of the packets are lost, both ways`,
    figures: [
      { name: "lost", label: "connections falsely found dead", unit: "", ...(lossPercent <= 5 && { atMost: 0 }) },
      { name: "worstAgeMs", label: "oldest picture shown", unit: "ms", atMost: 520 },
    ],
    run: async (form) => {
      const figures: Record<string, number> = {};
      await callOnLink({ ...goodLink, lossPercent }, 90_000, async (call) => {
        const fromUs = nowUs();
        await sleep(form === "short" ? 4_000 : 20_000);
        figures["lost"] = countLost(call);
        figures["worstAgeMs"] = Math.max(0, ...call.latencies(fromUs));
        await call.end();
      });
      return figures;
    },
  };
}

/** 20 → 0.3 → 20 Mbit/s. */
const rateStep: FaultRow = {
  name: "rate-step",
  fault: "the rate changes 20 → 0.3 → 20 Mbit/s",
  figures: [
    { name: "duringMs", label: "latency while it is slow, most", unit: "ms", atMost: 1_500, slack: 500 },
    { name: "afterMs", label: "latency from 3 s after the restore, p95", unit: "ms", atMost: 300, slack: 300 },
    { name: "shownSlow", label: "pictures a second while it is slow", unit: "", atLeast: 1 },
  ],
  run: async (form) => {
    const slowS = form === "short" ? 5 : 15;
    const figures: Record<string, number> = {};
    await callOnLink(goodLink, 120_000, async (call, link) => {
      const slowUs = nowUs();
      link.set({ rateBps: 300_000 });
      await sleep(slowS * 1000);
      const restoredUs = nowUs();
      link.set({ rateBps: goodLink.rateBps });
      await sleep(5_000);
      const during = call.latencies(slowUs, restoredUs);
      figures["duringMs"] = Math.max(0, ...during);
      figures["shownSlow"] = during.length / slowS;
      figures["afterMs"] = percentile(call.latencies(restoredUs + 3_000_000), 0.95);
      await call.end();
    });
    return figures;
  },
};

function countLost({ receiver, sender }: WatchedCall): number {
  return [...receiver.events, ...sender.events].filter(({ event }) => event === "reconnecting").length;
}

/** The rows of bad links. */
export const links: readonly FaultRow[] = [flap, loss(1), loss(5), loss(10), rateStep];
