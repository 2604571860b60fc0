// Many receivers, and a flood of connections that prove nothing.

import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { nowUs } from "@simple-video-chat/protocol";
import { FaultProxy } from "@simple-video-chat/protocol/testing";

import { type Program, withPrograms } from "../../e2e/program.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import type { FaultFigures, FaultForm, FaultRow } from "../fault-row.ts";
import { keyedReceiver, keyedSender } from "../keyed-sender.ts";
import { LightReceiver } from "../light-receiver.ts";
import { settled, WatchedCall, withKeyFile } from "../watched-call.ts";

/** Receivers at the same time. */
function crowd(count: number): FaultRow {
  return {
    name: `receivers-${count}`,
    fault: `${count} receivers at 640×360`,
    figures: [
      { name: "encoders", label: "encoders at work", unit: "", atMost: 1, slack: 2 },
      { name: "evenness", label: "slowest / fastest, of packets delivered", unit: "", atLeast: 0.98, slack: 0.3 },
    ],
    run: (form) => runCrowd(count, form),
  };
}

async function runCrowd(count: number, form: FaultForm): Promise<FaultFigures> {
  const figures: Record<string, number> = {};
  const lights: LightReceiver[] = [];
  try {
    await withPrograms(
      (start) =>
        withKeyFile(async (keyFile) => {
          const sender = await keyedSender(start, keyFile);
          const receiver = await keyedReceiver(start, keyFile, sender.port);
          for (let nth = 1; nth < count; nth++) {
            const light = new LightReceiver({ port: sender.port, keyFile, name: `light ${nth}` });
            lights.push(light);
            // One after the other: connections that are not authenticated yet are few.
            await waitUntil(() => light.packets > 0, "a picture", 20_000);
          }
          // The tiers of those that came last settle.
          await sleep(2_000);
          const from = sender.events.length;
          const before = lights.map(({ packets }) => packets);
          await sleep(form === "short" ? 3_000 : 10_000);
          const delivered = lights.map(({ packets }, nth) => packets - (before[nth] ?? 0));
          const stats = sender.events.slice(from).filter(({ event }) => event === "stats");
          figures["encoders"] = Math.max(0, ...stats.map(({ encoders }) => Number(encoders)));
          figures["evenness"] = Math.min(...delivered) / Math.max(...delivered);
          await Promise.all(lights.map(({ session }) => session.close()));
          await new WatchedCall(sender, receiver).end();
        }),
      120_000,
    )();
  } finally {
    await Promise.all(lights.map(({ session }) => session.close()));
  }
  return figures;
}

const floodPerS = 1_000;
/** A connection of the flood is closed after this, ms. */
const floodLifeMs = 100;
/** Other loopback addresses than 127.0.0.1 are strangers. */
const [flooder, guest] = ["127.0.0.2", "127.0.0.3"];

/** 1,000 connections a second from one address. */
const flood: FaultRow = {
  name: "connection-flood",
  fault: "10,000 connections in 10 s from one address, which prove nothing",
  figures: [
    { name: "notShown", label: "of the live stream lost", unit: "%", atMost: 1, slack: 20 },
    { name: "addedMb", label: "memory added", unit: "MB", atMost: 32 },
    { name: "duringMs", label: "a valid receiver from another address is let in during it", unit: "ms", atMost: 2_000, slack: 8_000 },
    { name: "afterMs", label: "one from the same address after it", unit: "ms", atMost: 2_000, slack: 8_000 },
    { name: "dialed", label: "connections made", unit: "" },
  ],
  run: runFlood,
};

async function runFlood(form: FaultForm): Promise<FaultFigures> {
  const figures: Record<string, number> = {};
  const proxies: FaultProxy[] = [];
  const lights: LightReceiver[] = [];
  try {
    await withPrograms(
      (start) =>
        withKeyFile(async (keyFile) => {
          const sender = await keyedSender(start, keyFile);
          const receiver = await keyedReceiver(start, keyFile, sender.port);
          const call = new WatchedCall(sender, receiver);
          await settled(call);
          /** A valid receiver from this address. @returns how long it takes to be let in, ms */
          const letInMs = async (localAddress: string): Promise<number> => {
            const proxy = await FaultProxy.start({ targetPort: sender.port, localAddress });
            proxies.push(proxy);
            const fromUs = nowUs();
            const light = new LightReceiver({ port: proxy.port, keyFile, name: localAddress });
            lights.push(light);
            await waitUntil(() => light.liveUs.length > 0, `${localAddress} let in`, 20_000);
            return ((light.liveUs[0] ?? 0) - fromUs) / 1000;
          };
          const memoryBefore = residentMb(sender);
          const seconds = form === "short" ? 2 : 10;
          const [dialed, duringMs] = await Promise.all([
            floodFor(sender.port, seconds),
            sleep((seconds * 1000) / 2).then(() => letInMs(guest)),
          ]);
          figures["afterMs"] = await letInMs(flooder);
          await call.pictureAfter(nowUs());
          Object.assign(figures, { dialed, duringMs, addedMb: residentMb(sender) - memoryBefore });
          await Promise.all(lights.map(({ session }) => session.close()));
          const { captured, shown, dropped } = await call.end();
          // What a busy computer leaves out before it is encoded, and what is replaced by a newer one, are shown late nowhere.
          const chosen = (dropped["notEncoded"] ?? 0) + (dropped["encoderDropped"] ?? 0) + (dropped["superseded"] ?? 0);
          figures["notShown"] = (100 * (captured - shown - chosen)) / captured;
        }),
      90_000,
    )();
  } finally {
    await Promise.all(lights.map(({ session }) => session.close()));
    for (const proxy of proxies) proxy.close();
  }
  return figures;
}

/** @returns how many connections were made */
async function floodFor(port: number, seconds: number): Promise<number> {
  const open = new Set<Socket>();
  const startMs = performance.now();
  let dialed = 0;
  const total = seconds * floodPerS;
  while (dialed < total && performance.now() - startMs < seconds * 3_000) {
    const due = Math.min(total, Math.floor(((performance.now() - startMs) * floodPerS) / 1000));
    for (; dialed < due; dialed++) {
      const socket = connect({ host: "127.0.0.1", port, localAddress: flooder });
      open.add(socket);
      socket.on("error", () => {});
      socket.once("close", () => open.delete(socket));
      setTimeout(() => socket.resetAndDestroy(), floodLifeMs);
    }
    await sleep(5);
  }
  await sleep(floodLifeMs);
  for (const socket of open) socket.resetAndDestroy();
  return dialed;
}

function residentMb({ pid }: Program): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
}

/** The rows of the load table that need a sender. */
export const load: readonly FaultRow[] = [crowd(8), crowd(32), flood];
