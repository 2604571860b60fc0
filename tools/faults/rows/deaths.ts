// Programs and engines that are killed, or stopped and continued.

import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { nowUs } from "@simple-video-chat/protocol";

import { type Program, withPrograms } from "../../e2e/program.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import type { FaultFigures, FaultForm, FaultRow } from "../fault-row.ts";
import { keyedReceiver, keyedSender } from "../keyed-sender.ts";
import { LightReceiver } from "../light-receiver.ts";
import { settled, toldMs, watchCall, type WatchedCall, withKeyFile } from "../watched-call.ts";

const slack = 6_000;

/** kill -9 of a receiver, with one place for receivers only. */
const peerKilled: FaultRow = {
  name: "peer-killed",
  fault: "a receiver is killed (kill -9)",
  figures: [
    // Also on a busy computer by the end of its socket, and not by 3 s of silence.
    { name: "noticedMs", label: "noticed by the sender", unit: "ms", atMost: 200, slack: 2_000 },
    { name: "freedMs", label: "its place free for another, after", unit: "ms", atMost: 1_000, slack },
    { name: "leaked", label: "descriptors leaked", unit: "", atMost: 0 },
  ],
  run: runPeerKilled,
};

async function runPeerKilled(): Promise<FaultFigures> {
  const figures: Record<string, number> = {};
  await withPrograms((start) =>
    withKeyFile(async (keyFile) => {
      const sender = await keyedSender(start, keyFile, { maxReceivers: 1 });
      const first = await keyedReceiver(start, keyFile, sender.port);
      const before = openDescriptors(sender);
      const killedUs = nowUs();
      process.kill(first.pid, "SIGKILL");
      figures["noticedMs"] = await toldMs(sender, "reconnecting", killedUs);
      // It would be told "busy" if the place were not free.
      const second = new LightReceiver({ port: sender.port, keyFile, name: "second" });
      try {
        await waitUntil(() => second.packets > 0, "a picture at the second receiver", 20_000);
        figures["freedMs"] = ((second.liveUs[0] ?? 0) - killedUs) / 1000;
        figures["leaked"] = 0;
        await waitUntil(() => openDescriptors(sender) === before, "the descriptors of one receiver", 5_000).catch(() => {
          figures["leaked"] = openDescriptors(sender) - before;
        });
      } finally {
        await second.session.close();
      }
      await sender.interrupt();
    }),
  )();
  return figures;
}

/** Both kinds of engines, one after the other. */
const engineKilled: FaultRow = {
  name: "engine-killed",
  fault: "an engine is killed",
  figures: [
    { name: "captureMs", label: "picture back after the capture engine", unit: "ms", atMost: 2_000, slack },
    { name: "playbackMs", label: "after the playback engine", unit: "ms", atMost: 2_000, slack },
    { name: "lost", label: "connections lost", unit: "", atMost: 0 },
  ],
  run: async () => {
    const figures: Record<string, number> = {};
    await withPrograms(async (start) => {
      const call = await watchCall(start);
      figures["captureMs"] = await killed(call, await call.sender.engine("capture"));
      figures["playbackMs"] = await killed(call, await call.receiver.engine("playback"));
      const isLoss = ({ event }: { readonly [key: string]: unknown }): boolean => event === "reconnecting";
      figures["lost"] = [...call.sender.events, ...call.receiver.events].filter(isLoss).length;
      await call.end();
    })();
    return figures;
  },
};

async function killed(call: WatchedCall, pid: number): Promise<number> {
  const killedUs = nowUs();
  process.kill(pid, "SIGKILL");
  const backMs = await call.pictureBackMs(killedUs);
  await settled(call);
  return backMs;
}

/** SIGSTOP of a whole program for long, then SIGCONT, as when a laptop sleeps. */
function stopped(which: "sender" | "receiver"): FaultRow {
  return {
    name: `stopped-${which}`,
    fault: `the ${which} is stopped for 20 s and continued`,
    figures: [
      { name: "backMs", label: "live picture after it continues", unit: "ms", atMost: 2_000, slack },
      { name: "ageMs", label: "oldest picture shown after that", unit: "ms", atMost: 500, slack: 20 },
      { name: "left", label: "sessions lost", unit: "", atMost: 0 },
    ],
    run: (form) => runStopped(which, form),
  };
}

async function runStopped(which: "sender" | "receiver", form: FaultForm): Promise<FaultFigures> {
  const figures: Record<string, number> = {};
  await withPrograms(async (start) => {
    const call = await watchCall(start);
    const pids = call[which].processes().map(({ pid }) => pid);
    for (const pid of pids) process.kill(pid, "SIGSTOP");
    try {
      await sleep(form === "short" ? 8_000 : 20_000);
    } finally {
      for (const pid of pids) process.kill(pid, "SIGCONT");
    }
    const continuedUs = nowUs();
    figures["backMs"] = await call.pictureBackMs(continuedUs);
    await settled(call);
    figures["ageMs"] = Math.max(0, ...call.latencies(continuedUs));
    figures["left"] = call.sender.events.filter(({ event }) => event === "left").length;
    await call.end();
  }, 90_000)();
  return figures;
}

function openDescriptors({ pid }: Program): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The rows of deaths and of long sleep. */
export const deaths: readonly FaultRow[] = [peerKilled, engineKilled, stopped("receiver"), stopped("sender")];
