// Half-open connections: a router between the ends has forgotten them, so that neither end is told anything; new ones pass.

import { deadAfterMs, nowUs, reconnectingAfterMs } from "@simple-video-chat/protocol";
import { FaultProxy } from "@simple-video-chat/protocol/testing";

import { withPrograms } from "../../e2e/program.ts";
import type { FaultRow } from "../fault-row.ts";
import { toldMs, watchCall } from "../watched-call.ts";

const tellingMs = 250;
const slack = 6_000;
/** So little that who is told only by the end of the connection is told too late. */
const toldSlack = 2_000;

/** The row. */
export const halfOpen: FaultRow = {
  name: "half-open",
  fault: "the connection is half open: nothing passes on it, and no end is told",
  figures: [
    { name: "senderToldMs", label: "sender is told", unit: "ms", atMost: reconnectingAfterMs + tellingMs, slack: toldSlack },
    { name: "receiverToldMs", label: "receiver is told", unit: "ms", atMost: reconnectingAfterMs + tellingMs, slack: toldSlack },
    { name: "senderDeadMs", label: "dead at the sender", unit: "ms", atMost: deadAfterMs + tellingMs, slack },
    { name: "receiverDeadMs", label: "dead at the receiver", unit: "ms", atMost: deadAfterMs + tellingMs, slack },
    { name: "backMs", label: "live picture after the fault", unit: "ms", atMost: deadAfterMs + 2_000, slack },
  ],
  run: async () => {
    const figures: Record<string, number> = {};
    const proxies: FaultProxy[] = [];
    try {
      await withPrograms(async (start) => {
        const call = await watchCall(start, {}, async (invite, targetPort) => {
          const proxy = await FaultProxy.start({ targetPort });
          proxies.push(proxy);
          return proxy.redirect(invite);
        });
        const { sender, receiver } = call;
        const atUs = nowUs();
        for (const proxy of proxies) proxy.strand();
        const isSilent = ({ silent }: { readonly [key: string]: unknown }): boolean => silent === true;
        const [senderToldMs, receiverToldMs, senderDeadMs, receiverDeadMs] = await Promise.all([
          toldMs(sender, "silent", atUs, isSilent),
          toldMs(receiver, "silent", atUs, isSilent),
          toldMs(sender, "reconnecting", atUs),
          toldMs(receiver, "reconnecting", atUs),
        ]);
        Object.assign(figures, { senderToldMs, receiverToldMs, senderDeadMs, receiverDeadMs });
        figures["backMs"] = (await call.pictureBackMs(atUs + 1000 * receiverDeadMs)) + receiverDeadMs;
        await call.end();
      })();
    } finally {
      for (const proxy of proxies) proxy.close();
    }
    return figures;
  },
};
