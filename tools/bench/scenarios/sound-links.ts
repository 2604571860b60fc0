// What links do to the sound, with the picture at full beside it: one scenario a link.

import { setTimeout as sleep } from "node:timers/promises";

import { speechLike } from "@simple-video-chat/protocol/testing";

import { watchOthers } from "../cpu-use.ts";
import type { Figures, Scenario, ScenarioOptions } from "../scenario.ts";
import { type LinkProperties, openSlowLink } from "../slow-link.ts";
import { concealedPercent, soundLine, throughMicrophone, withSoundCall } from "../sound-call.ts";
import { percentile } from "../statistics.ts";

interface LinkScenario extends LinkProperties {
  readonly name: string;
  readonly words: string;
  readonly goals: { readonly delayP95Ms?: number; readonly longestGapMs?: number; readonly concealedPercent?: number };
}

const links: readonly LinkScenario[] = [
  {
    name: "sound-2m",
    words: "2 Mbit/s, 50 ms one way",
    rateBps: 2e6,
    delayMs: 50,
    goals: { delayP95Ms: 250, longestGapMs: 40 },
  },
  { name: "sound-64k", words: "64 kbit/s, 50 ms one way", rateBps: 64e3, delayMs: 50, goals: { concealedPercent: 5 } },
  {
    name: "sound-loss-1",
    words: "10 Mbit/s, 25 ms one way, 1 % of the packets lost",
    rateBps: 1e7,
    delayMs: 25,
    lossPercent: 1,
    goals: { concealedPercent: 2 },
  },
  {
    name: "sound-loss-3",
    words: "10 Mbit/s, 25 ms one way, 3 % of the packets lost",
    rateBps: 1e7,
    delayMs: 25,
    lossPercent: 3,
    goals: { concealedPercent: 6 },
  },
];

/** Rates, jitter buffers and the null sinks' own delay have settled then. */
const settleMs = 12_000;
/** Loud vowels without pauses: what is quiet at the ear was missing. */
const voice: Float32Array = speechLike(10, { seed: 3, vowelsOnly: true, levelDbfs: -14 });

/** `pnpm bench sound-2m` and its like. */
export const soundLinks: readonly Scenario[] = links.map((link) => ({
  name: link.name,
  description: `sound over ${link.words}, with 1280x720 at 30 fps beside it (needs root)`,
  figures: [
    { name: "delayP50Ms", label: "microphone to ear, p50", unit: "ms", digits: 0 },
    {
      name: "delayP95Ms",
      label: "microphone to ear, p95",
      unit: "ms",
      digits: 0,
      ...(link.goals.delayP95Ms !== undefined && { goal: { atMost: link.goals.delayP95Ms } }),
    },
    {
      name: "longestGapMs",
      label: "longest gap in the sound",
      unit: "ms",
      digits: 0,
      ...(link.goals.longestGapMs !== undefined && { goal: { atMost: link.goals.longestGapMs } }),
    },
    {
      name: "concealedPercent",
      label: "sound made up",
      unit: "%",
      digits: 2,
      ...(link.goals.concealedPercent !== undefined && { goal: { atMost: link.goals.concealedPercent } }),
    },
    { name: "fps", label: "pictures shown beside it", unit: "fps", digits: 1 },
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ],
  measure: (options) => measure(link, options),
}));

async function measure(link: LinkScenario, { seconds }: ScenarioOptions): Promise<Figures> {
  const slow = await openSlowLink(link);
  const source = ["--source", "motion", "--camera-size", "1280x720", ...throughMicrophone];
  try {
    return await withSoundCall(
      source,
      async ({ receiver, mouth, ear }) => {
        mouth.talk(voice);
        await sleep(settleMs);
        const others = watchOthers();
        const first = (await receiver.next("stats")).value;
        ear.takeLongestGapMs();
        const delays: number[] = [];
        let last = first;
        for (let second = 0; second < seconds; second++) {
          last = (await receiver.next("stats")).value;
          delays.push(soundLine(last).latencyMs ?? Number.NaN);
        }
        return {
          delayP50Ms: percentile(delays, 0.5),
          delayP95Ms: percentile(delays, 0.95),
          longestGapMs: ear.takeLongestGapMs(),
          concealedPercent: concealedPercent(soundLine(first), soundLine(last)),
          fps: (Number(last["shown"]) - Number(first["shown"])) / seconds,
          otherCores: others(),
        };
      },
      { ends: slow.ends },
    );
  } finally {
    await slow.close();
  }
}
