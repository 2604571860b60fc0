// From typing `receiver …` to its first picture, beside a sender that waits.

import { setTimeout as sleep } from "node:timers/promises";

import { Program } from "../program.ts";
import type { Figures, Scenario } from "../scenario.ts";

/** Between the sender's invite and the receiver's start: the sender's processes have started by then. */
const settleMs = 2500;

/** `pnpm bench start-up`. */
export const startUp: Scenario = {
  name: "start-up",
  description:
    "from spawning svc-receiver to its first picture shown, on loopback; the sender shows the test card and nobody watched it before",
  figures: [
    { name: "firstPictureMs", label: "spawn to first picture, median", unit: "ms", digits: 0, goal: { atMost: 700 } },
    { name: "everyFirstPictureMs", label: "spawn to first picture, every run", unit: "ms", digits: 0, goal: { atMost: 700, of: "every" } },
    { name: "processMs", label: "… spawn to arguments read", unit: "ms", digits: 0 },
    { name: "connectMs", label: "… to connected: encrypted, agreed, live", unit: "ms", digits: 0 },
    { name: "sourceMs", label: "… to the sender's source open", unit: "ms", digits: 0 },
    { name: "pictureMs", label: "… to the first picture shown", unit: "ms", digits: 0 },
  ],
  async measure({ window }): Promise<Figures> {
    const sender = new Program("sender", ["--source", "testcard", "--listen", "127.0.0.1:0"]);
    try {
      const { value } = await sender.first("invite");
      await sleep(settleMs);
      const receiver = new Program("receiver", [String(value["invite"]), ...(window ? [] : ["--no-window"])]);
      try {
        const [connected, picture, opened] = await Promise.all([
          receiver.first("connected"),
          receiver.first("first-picture"),
          sender.first("opened"),
        ]);
        const after = (atMs: number): number => atMs - receiver.spawnedMs;
        const firstPictureMs = after(picture.atMs);
        // The receiver counts from when it has read its arguments.
        const processMs = firstPictureMs - Number(picture.value["afterMs"]);
        const connectedMs = after(connected.atMs);
        const openedMs = Math.max(connectedMs, after(opened.atMs));
        return {
          firstPictureMs,
          everyFirstPictureMs: firstPictureMs,
          processMs,
          connectMs: connectedMs - processMs,
          sourceMs: openedMs - connectedMs,
          pictureMs: firstPictureMs - openedMs,
        };
      } finally {
        await receiver.stop();
      }
    } finally {
      await sender.stop();
    }
  },
};
