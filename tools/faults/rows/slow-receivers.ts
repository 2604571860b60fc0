// Receivers that take little, nothing, or next to nothing: the others notice nothing, and those that do not do their part are cut.

import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { noDrainMs, nowUs, openingTimeoutMs } from "@simple-video-chat/protocol";
import { FaultProxy } from "@simple-video-chat/protocol/testing";

import { summaryOf } from "../../e2e/call-summary.ts";
import { type Program, withPrograms } from "../../e2e/program.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import type { FaultFigures, FaultRow } from "../fault-row.ts";
import { keyedReceiver, keyedSender } from "../keyed-sender.ts";
import { LightReceiver } from "../light-receiver.ts";
import { movingScene, toldMs, WatchedCall, withKeyFile } from "../watched-call.ts";

const slack = 6_000;
const tellingMs = 250;
/** A tenth of what the sender may use. */
const tenthBps = 200_000;

/** The row. */
export const slowReceivers: FaultRow = {
  name: "slow-receivers",
  fault: "a receiver at 10 % of the rate, one that never reads, one that sends 1 byte/s, and one byte/s before authentication",
  figures: [
    { name: "othersLost", label: "frames lost by the others", unit: "", atMost: 0 },
    { name: "neverReadsMs", label: "who never reads is cut after", unit: "ms", atMost: noDrainMs, slack },
    { name: "trickleMs", label: "who sends 1 byte/s is cut after", unit: "ms", atMost: noDrainMs, slack },
    { name: "unauthenticatedMs", label: "before authentication after", unit: "ms", atMost: openingTimeoutMs + tellingMs, slack },
    { name: "slowPackets", label: "packets to the one at 10 %", unit: "", atLeast: 20 },
  ],
  run,
};

async function run(): Promise<FaultFigures> {
  const figures: Record<string, number> = {};
  const open: FaultProxy[] = [];
  const sessions: LightReceiver[] = [];
  try {
    await withPrograms(
      (start) =>
        withKeyFile(async (keyFile) => {
          const sender = await keyedSender(start, keyFile, { source: movingScene });
          const receiver = await keyedReceiver(start, keyFile, sender.port);
          const join = async (name: string, rateBps: number): Promise<{ readonly light: LightReceiver; readonly proxy: FaultProxy }> => {
            const proxy = await FaultProxy.start({ targetPort: sender.port, faults: { rateBps } });
            const light = new LightReceiver({ port: proxy.port, keyFile, name, isPatient: true });
            open.push(proxy);
            sessions.push(light);
            await waitUntil(() => light.packets > 0, `a picture at "${name}"`, 20_000);
            return { light, proxy };
          };
          const slow = await join("slow", tenthBps);
          const never = await join("never reads", Infinity);
          const trickle = await join("trickle", Infinity);
          const atUs = nowUs();
          never.proxy.stall("back");
          trickle.proxy.set({ rateBps: 8 }, "forth");
          const [neverReadsMs, trickleMs, unauthenticatedMs] = await Promise.all([
            cutMs(sender, "never reads", atUs),
            cutMs(sender, "trickle", atUs),
            trickleUnauthenticated(sender.port),
          ]);
          const slowPackets = slow.light.packets;
          Object.assign(figures, { neverReadsMs, trickleMs, unauthenticatedMs, slowPackets });
          // Those that were cut may not come back while the account is closed.
          for (const proxy of open) proxy.close();
          await Promise.all(sessions.map(({ session }) => session.close()));
          await new WatchedCall(sender, receiver).end();
          const { lost = 0, undecodable = 0, waitingForKeyframe = 0, notSent = 0 } = summaryOf(receiver).dropped;
          figures["othersLost"] = lost + undecodable + waitingForKeyframe + notSent;
        }),
      90_000,
    )();
  } finally {
    for (const proxy of open) proxy.close();
    await Promise.all(sessions.map(({ session }) => session.close()));
  }
  return figures;
}

function cutMs(sender: Program, name: string, atUs: ReturnType<typeof nowUs>): Promise<number> {
  return toldMs(sender, "reconnecting", atUs, (event) => event["name"] === name);
}

/** Dials, and sends zeros, one a second. @returns after how long it is cut, ms */
async function trickleUnauthenticated(port: number): Promise<number> {
  const socket = connect({ host: "127.0.0.1", port });
  socket.on("error", () => {});
  await once(socket, "connect");
  const startUs = nowUs();
  let isOpen = true;
  socket.once("close", () => (isOpen = false));
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  void (async () => {
    // The beginning of a TLS record, so that there is something to wait for.
    for (const byte of [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]) {
      if (!isOpen) return;
      socket.write(Buffer.from([byte]));
      await sleep(1_000);
    }
  })();
  await closed;
  return (nowUs() - startUs) / 1000;
}
