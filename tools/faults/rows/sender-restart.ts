// The sender is killed and started anew, and its receivers come back by themselves.

import { setTimeout as sleep } from "node:timers/promises";

import { withPrograms } from "../../e2e/program.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import type { FaultFigures, FaultForm, FaultRow } from "../fault-row.ts";
import { keyedReceiver, keyedSender } from "../keyed-sender.ts";
import { LightReceiver } from "../light-receiver.ts";
import { WatchedCall, withKeyFile } from "../watched-call.ts";

const lightReceivers = 7;

/** The row: a real receiver, and seven that show nothing. */
export const senderRestart: FaultRow = {
  name: "sender-restart",
  fault: "the sender is killed and started again, with 8 receivers",
  figures: [
    { name: "backMs", label: "the last one back after it listens", unit: "ms", atMost: 3_000, slack: 10_000 },
    { name: "spreadMs", label: "between the first and the last", unit: "ms", atLeast: 20, slack: 19 },
  ],
  run,
};

async function run(form: FaultForm): Promise<FaultFigures> {
  const figures: Record<string, number> = {};
  const lights: LightReceiver[] = [];
  try {
    await withPrograms(
      (start) =>
        withKeyFile(async (keyFile) => {
          const killed = await keyedSender(start, keyFile);
          const { port } = killed;
          const receiver = await keyedReceiver(start, keyFile, port);
          for (let nth = 0; nth < lightReceivers; nth++) lights.push(new LightReceiver({ port, keyFile, name: `light ${nth}` }));
          await waitUntil(() => lights.every(({ packets }) => packets > 0), "pictures at all receivers");
          await killed.kill();
          await receiver.event("reconnecting");
          await sleep(form === "short" ? 500 : 10_000);
          const sender = await keyedSender(start, keyFile, { listen: `127.0.0.1:${port}` });
          const listeningUs = sender.heardUs(await sender.event("listening"));
          const again = await receiver.event("connected", 2);
          await waitUntil(() => lights.every(({ liveUs }) => liveUs.length === 2), "all receivers back", 30_000);
          const backMs = [receiver.heardUs(again), ...lights.map(({ liveUs }) => liveUs[1] ?? 0)].map((us) => (us - listeningUs) / 1000);
          figures["backMs"] = Math.max(...backMs);
          figures["spreadMs"] = Math.max(...backMs) - Math.min(...backMs);
          await Promise.all(lights.map(({ session }) => session.close()));
          const call = new WatchedCall(sender, receiver);
          await call.pictureAfter(listeningUs);
          await call.end();
        }),
      90_000,
    )();
  } finally {
    await Promise.all(lights.map(({ session }) => session.close()));
  }
  return figures;
}
