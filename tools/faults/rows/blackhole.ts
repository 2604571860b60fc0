// The network swallows everything, both ways or one way, for some seconds, and brings it again.

import { setTimeout as sleep } from "node:timers/promises";

import { deadAfterMs, nowUs, reconnectingAfterMs } from "@simple-video-chat/protocol";

import type { FaultFigure, FaultFigures, FaultRow } from "../fault-row.ts";
import { callOnLink, goodLink } from "../on-link.ts";
import { toldMs } from "../watched-call.ts";

/** From the last byte to the limit there are the way of it and what it takes to tell a test. */
const tellingMs = 250;
const slack = 6_000;
/** So little that who is told only by the end of the connection is told too late. */
const toldSlack = 2_000;

const backFigure: FaultFigure = { name: "backMs", label: "live picture after heal", unit: "ms", atMost: 2_000, slack };
const senderTold: FaultFigure = {
  name: "senderToldMs",
  label: "sender is told",
  unit: "ms",
  atMost: reconnectingAfterMs + tellingMs,
  slack: toldSlack,
};
const receiverTold: FaultFigure = {
  name: "receiverToldMs",
  label: "receiver is told",
  unit: "ms",
  atMost: reconnectingAfterMs + tellingMs,
  slack: toldSlack,
};
const senderDead: FaultFigure = { name: "senderDeadMs", label: "dead at the sender", unit: "ms", atMost: deadAfterMs + tellingMs, slack };
const receiverDead: FaultFigure = {
  name: "receiverDeadMs",
  label: "dead at the receiver",
  unit: "ms",
  atMost: deadAfterMs + tellingMs,
  slack,
};

/** What passes: nothing, nothing from the sender ("forth" on the link), or nothing to it. */
type Blocked = "down" | "down forth" | "down back";

const words: Readonly<Record<Blocked, string>> = {
  down: "nothing passes",
  "down forth": "nothing passes from sender to receiver",
  "down back": "nothing passes from receiver to sender",
};

function blackhole(blocked: Blocked, seconds: number): FaultRow {
  const isDeadly = seconds * 1000 > deadAfterMs + 1_000;
  return {
    name: `blackhole-${blocked === "down" ? "" : blocked === "down forth" ? "forth-" : "back-"}${seconds}s`,
    fault: `${words[blocked]} for ${seconds} s`,
    // In 3 s there is no time to tell anybody.
    figures: isDeadly ? [senderTold, receiverTold, senderDead, receiverDead, backFigure] : [backFigure],
    run: () => measure(blocked, seconds, isDeadly),
  };
}

async function measure(blocked: Blocked, seconds: number, isDeadly: boolean): Promise<FaultFigures> {
  const figures: Record<string, number> = {};
  await callOnLink(goodLink, (seconds + 60) * 1000, async (call, link) => {
    const downUs = nowUs();
    link.set(blocked);
    if (isDeadly) {
      const { sender, receiver } = call;
      // Whoever still hears the other is not silent, but its pictures do not come, or it is told by the other's end.
      const hears = { sender: blocked === "down forth", receiver: blocked === "down back" };
      const [senderToldMs, receiverToldMs, senderDeadMs, receiverDeadMs] = await Promise.all([
        hears.sender ? 0 : toldMs(sender, "silent", downUs, ({ silent }) => silent === true),
        toldMs(receiver, hears.receiver ? "late" : "silent", downUs),
        toldMs(sender, "reconnecting", downUs),
        toldMs(receiver, "reconnecting", downUs),
      ]);
      Object.assign(figures, { senderToldMs, receiverToldMs, senderDeadMs, receiverDeadMs });
    }
    await sleep(seconds * 1000 - (nowUs() - downUs) / 1000);
    const upUs = nowUs();
    link.set("up");
    figures["backMs"] = await call.pictureBackMs(upUs);
    await call.end();
  });
  return figures;
}

/** The rows of blackholes. */
export const blackholes: readonly FaultRow[] = [
  ...[3, 5, 10, 60].map((seconds) => blackhole("down", seconds)),
  blackhole("down forth", 10),
  blackhole("down back", 10),
];
