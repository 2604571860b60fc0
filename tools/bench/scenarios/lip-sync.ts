// Whether a film is heard when it is seen: its own sound track, through a whole call, from the file to the loudspeaker.

import { setTimeout as sleep } from "node:timers/promises";

import type { JsonObject } from "@simple-video-chat/protocol";

import { beepsAfterMs, flashesUs, writeFlashFilm } from "../../e2e/flash-and-beep.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { watchOthers } from "../cpu-use.ts";
import type { Figures, Scenario } from "../scenario.ts";
import { withSoundCall } from "../sound-call.ts";
import { mean, percentile } from "../statistics.ts";

/** Jitter buffer, clocks and the null sink's own delay have settled then. */
const settleS = 6;
/** Of the film, more than is measured: programs start. */
const spareS = 30;

/** `pnpm bench lip-sync`. */
export const lipSync: Scenario = {
  name: "lip-sync",
  description: "svc-sender shows a film that flashes and beeps, and whose tracks begin apart: sound against picture at svc-receiver",
  figures: [
    { name: "filmLipSyncP95Ms", label: "a film's sound against its picture, p95", unit: "ms", digits: 1, goal: { atMost: 40 } },
    { name: "filmLipSyncMeanMs", label: "a film's sound later than its picture, mean", unit: "ms", digits: 1 },
    { name: "flashes", label: "flashes that were seen", unit: "", digits: 0 },
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ],
  defaults: { seconds: 60, runs: 1 },
  async measure({ seconds }): Promise<Figures> {
    const others = watchOthers();
    const folder = makeFolder();
    try {
      const film = await writeFlashFilm(folder.path, settleS + seconds + spareS);
      const differences = await withSoundCall(
        ["--source", film.path],
        async ({ receiver, ear }) => {
          const events: JsonObject[] = [];
          const ends = receiver.onEvent(({ event, value }) => events.push({ ...(value as JsonObject), event }));
          await sleep(settleS * 1_000);
          const [beeps, flashes] = [ear.heardUs.length, flashesUs(events).length];
          await sleep(seconds * 1_000);
          ends();
          // The first flash may have been shown before its beep was listened for.
          return beepsAfterMs(ear.heardUs.slice(beeps), flashesUs(events).slice(flashes + 1, -1));
        },
        { watching: film.watching },
      );
      return {
        filmLipSyncP95Ms: percentile(differences.map(Math.abs), 0.95),
        filmLipSyncMeanMs: mean(differences),
        flashes: differences.length,
        otherCores: others(),
      };
    } finally {
      folder.remove();
    }
  },
};
