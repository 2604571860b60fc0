// The echo canceller in simulated rooms: how much it takes away, how much it leaves of somebody who speaks at the same time, and what it costs.

import { type EchoCanceller, openEchoCanceller } from "@simple-video-chat/peer";
import {
  cancelIn,
  doubleTalkGainDb,
  erleDb,
  loudnessAfterLoop,
  SimulatedRoom,
  type SimulatedRoomOptions,
  speechLike,
} from "@simple-video-chat/protocol/testing";

import type { Figures, FigureSpec, Scenario } from "../scenario.ts";

const distortion = 0.1;
const rooms: Readonly<Record<string, { readonly label: string; readonly room: SimulatedRoomOptions }>> = {
  desk: { label: "10 ms, decay 30 ms", room: { delayMs: 10, decayMs: 30 } },
  office: { label: "40 ms, decay 60 ms, distortion, 50 ppm", room: { delayMs: 40, decayMs: 60, distortion, driftPpm: 50 } },
  distant: { label: "120 ms, decay 30 ms, distortion, -50 ppm", room: { delayMs: 120, decayMs: 30, distortion, driftPpm: -50 } },
  bare: {
    label: "120 ms, decay 120 ms (RT60 0.8 s), distortion, 50 ppm",
    room: { delayMs: 120, decayMs: 120, distortion, driftPpm: 50 },
  },
};
const echoesDb: Readonly<Record<string, number>> = { soft: -20, laptop: -6, loud: 0 };
const office: SimulatedRoomOptions = { delayMs: 40, decayMs: 60, distortion, driftPpm: 50 };

/** `pnpm bench echo`. */
export const echo: Scenario = {
  name: "echo",
  description: "the echo canceller in simulated rooms with synthetic speech: echo taken away, near voice left while both speak, CPU",
  figures: [
    ...Object.entries(rooms).map(([name, { label }]): FigureSpec => ({
      name: `erle-${name}`,
      label: `echo return loss enhancement, 3 s to 10 s; ${label}`,
      unit: "dB",
      digits: 1,
      goal: { atLeast: 30 },
    })),
    ...Object.entries(echoesDb).map(([name, db]): FigureSpec => ({
      name: `doubleTalk-${name}`,
      label: `near voice while both speak; echo ${db} dB of what is played`,
      unit: "dB",
      digits: 1,
      goal: { atLeast: -3 },
    })),
    {
      name: "openSpeakersDbfs",
      label: "two rooms with open loudspeakers, each echo 3 dB louder than what is played: what still sounds 2 s after the last word",
      unit: "dBFS",
      digits: 0,
      goal: { atMost: -60 },
    },
    // 3 % a direction without it, 6 % with it.
    { name: "cpuShare", label: "CPU of the canceller", unit: "% of a core", digits: 1, goal: { atMost: 3 } },
  ],
  async measure(): Promise<Figures> {
    const figures: Record<string, number> = {};
    for (const [name, { room }] of Object.entries(rooms)) {
      const canceller = await openEchoCanceller();
      const cancelled = cancelIn(new SimulatedRoom(room), canceller, { far: speechLike(10, { seed: 11 }) });
      canceller.close();
      figures[`erle-${name}`] = erleDb(cancelled, { fromS: 3, toS: 10 });
    }
    for (const [name, echoDb] of Object.entries(echoesDb))
      figures[`doubleTalk-${name}`] = await doubleTalkGainDb({ ...office, echoDb }, openEchoCanceller);
    const both = [await openEchoCanceller(), await openEchoCanceller()] as const;
    figures["openSpeakersDbfs"] = loudnessAfterLoop(both);
    for (const each of both) each.close();
    const canceller = await openEchoCanceller();
    figures["cpuShare"] = cpuShare(canceller);
    canceller.close();
    return figures;
  },
};

/** CPU time over the time that the sound takes, percent. */
function cpuShare(canceller: EchoCanceller): number {
  const seconds = 20;
  const sound = speechLike(seconds, { seed: 11 });
  const recorded = new SimulatedRoom(office);
  const blocks = Array.from({ length: seconds * 100 }, (_, index) => {
    const played = sound.slice(index * 480, (index + 1) * 480);
    return { played, heard: recorded.hear(played) };
  });
  const before = process.cpuUsage();
  for (const { played, heard } of blocks) {
    canceller.processPlayed(played);
    canceller.processRecorded(heard);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e4 / seconds;
}
