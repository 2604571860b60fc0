// From typing `receiver …` or `peer …` to its first picture, beside the other end, which waits.

import { setTimeout as sleep } from "node:timers/promises";

import { Program } from "../program.ts";
import type { Figures, Scenario } from "../scenario.ts";

/** Between the invite and the start of whoever uses it: the processes that wait have started by then. */
const settleMs = 2500;

/** `pnpm bench start-up`. */
export const startUp: Scenario = {
  name: "start-up",
  description:
    "from spawning svc-receiver, and svc-peer, to its first picture shown, on loopback; the other end shows the test card and nobody watched it before",
  figures: [
    { name: "firstPictureMs", label: "spawn to first picture, median", unit: "ms", digits: 0, goal: { atMost: 700 } },
    { name: "everyFirstPictureMs", label: "spawn to first picture, every run", unit: "ms", digits: 0, goal: { atMost: 700, of: "every" } },
    { name: "processMs", label: "… spawn to arguments read", unit: "ms", digits: 0 },
    { name: "connectMs", label: "… to connected: encrypted, agreed, live", unit: "ms", digits: 0 },
    { name: "sourceMs", label: "… to the sender's source open", unit: "ms", digits: 0 },
    { name: "pictureMs", label: "… to the first picture shown", unit: "ms", digits: 0 },
    {
      name: "peerFirstPictureMs",
      label: "spawn of a calling peer to its first picture, every run",
      unit: "ms",
      digits: 0,
      goal: { atMost: 1500, of: "every" },
    },
  ],
  async measure({ window }): Promise<Figures> {
    const view = window ? [] : ["--no-window"];
    return { ...(await measureReceiver(view)), ...(await measurePeer(view)) };
  },
};

async function measurePeer(view: readonly string[]): Promise<Figures> {
  const options = ["--source", "testcard", ...view];
  const waiting = new Program("peer", [...options, "--listen", "127.0.0.1:0"]);
  try {
    const { value } = await waiting.first("invite");
    await sleep(settleMs);
    const calling = new Program("peer", [String(value["invite"]), ...options]);
    try {
      return { peerFirstPictureMs: (await calling.first("first-picture")).atMs - calling.spawnedMs };
    } finally {
      await calling.stop();
    }
  } finally {
    await waiting.stop();
  }
}

async function measureReceiver(view: readonly string[]): Promise<Figures> {
  const sender = new Program("sender", ["--source", "testcard", "--listen", "127.0.0.1:0"]);
  try {
    const { value } = await sender.first("invite");
    await sleep(settleMs);
    const receiver = new Program("receiver", [String(value["invite"]), ...view]);
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
}
