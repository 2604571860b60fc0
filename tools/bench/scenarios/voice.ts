// The sound of a call on one computer: from mouth to ear, beside the picture, and what it costs. Real devices of a sound server: null sinks.

import { setTimeout as sleep } from "node:timers/promises";

import { watchOthers } from "../cpu-use.ts";
import type { Figures, Scenario, ScenarioOptions } from "../scenario.ts";
import { audioEngineCpuMs, soundLine, throughMicrophone, withSoundCall } from "../sound-call.ts";
import { mean, percentile } from "../statistics.ts";

/** Jitter buffers, clocks and the null sinks' own delay have settled then. */
const settleMs = 6_000;
const secondUs = 1_000_000;

/** `pnpm bench voice`. */
export const voice: Scenario = {
  name: "voice",
  description:
    "svc-sender to svc-receiver on loopback through PulseAudio's null sinks: bursts from mouth to ear; the test card's flash and beep",
  figures: [
    { name: "mouthToEarP50Ms", label: "mouth to ear, p50", unit: "ms", digits: 1, goal: { atMost: 60 } },
    { name: "mouthToEarP95Ms", label: "mouth to ear, p95", unit: "ms", digits: 1, goal: { atMost: 90 } },
    { name: "ownFigureMs", label: "the same as the receiver itself tells it, mean", unit: "ms", digits: 1 },
    { name: "lipSyncP95Ms", label: "sound against picture, p95", unit: "ms", digits: 1, goal: { atMost: 40 } },
    { name: "lipSyncMeanMs", label: "sound later than picture, mean", unit: "ms", digits: 1 },
    { name: "concealedPercent", label: "sound made up", unit: "%", digits: 2 },
    { name: "cpuRecording", label: "CPU of recording and encoding", unit: "% of a core", digits: 1, goal: { atMost: 3 } },
    { name: "cpuPlaying", label: "CPU of decoding and playing", unit: "% of a core", digits: 1, goal: { atMost: 3 } },
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ],
  async measure(options): Promise<Figures> {
    const others = watchOthers();
    return { ...(await measureVoice(options)), ...(await measureLipSync(options)), otherCores: others() };
  },
};

function measureVoice({ seconds }: ScenarioOptions): Promise<Figures> {
  const picture = ["--source", "motion", "--camera-size", "640x360"];
  return withSoundCall([...picture, ...throughMicrophone], async ({ sender, receiver, mouth, ear }) => {
    // A little noise, as in every room: a pause would let the jitter buffer begin anew before each burst.
    mouth.talk(Float32Array.from({ length: 48_000 }, () => (Math.random() - 0.5) * 0.01));
    await sleep(settleMs);
    const own: number[] = [];
    const ends = receiver.onEvent(({ event, value }) => {
      if (event === "stats") own.push(soundLine(value).latencyMs ?? Number.NaN);
    });
    const [startMs, recordingMs, playingMs] = [performance.now(), audioEngineCpuMs(sender), audioEngineCpuMs(receiver)];
    const delays: number[] = [];
    while (performance.now() - startMs < seconds * 1_000) {
      delays.push((await ear.hears(mouth)) / 1_000);
      await sleep(200 + 20 * Math.random());
    }
    const percentOf = (cpuMs: number): number => (100 * cpuMs) / (performance.now() - startMs);
    const cpu = {
      cpuRecording: percentOf(audioEngineCpuMs(sender) - recordingMs),
      cpuPlaying: percentOf(audioEngineCpuMs(receiver) - playingMs),
    };
    const last = await receiver.next("stats");
    ends();
    return {
      mouthToEarP50Ms: percentile(delays, 0.5),
      mouthToEarP95Ms: percentile(delays, 0.95),
      ownFigureMs: mean(own),
      concealedPercent: 100 * soundLine(last.value).concealedShare,
      ...cpu,
    };
  });
}

/** The beep leaves at full seconds of the clock; when the flash is seen the receiver says, and its barcodes have shown that it is right. */
function measureLipSync({ seconds }: ScenarioOptions): Promise<Figures> {
  return withSoundCall(["--source", "testcard", "--camera-size", "640x360"], async ({ receiver, ear }) => {
    await sleep(settleMs);
    const from = ear.heardUs.length;
    const differences: number[] = [];
    for (let second = 0; second < seconds; second++) {
      const { value } = await receiver.next("stats");
      const pictureMs = (value["latencyMs"] as { readonly p50: number } | undefined)?.p50 ?? Number.NaN;
      const heardUs = ear.heardUs.at(-1) ?? Number.NaN;
      if (ear.heardUs.length > from) differences.push((heardUs % secondUs) / 1_000 - pictureMs);
    }
    return { lipSyncP95Ms: percentile(differences.map(Math.abs), 0.95), lipSyncMeanMs: mean(differences) };
  });
}
