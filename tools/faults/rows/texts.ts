// Texts to a peer program over a network that cuts, stalls and loses: each exactly once and in order, or reported.

import { setTimeout as sleep } from "node:timers/promises";

import { connectSession, deriveCredential, parseInvite, type Session } from "@simple-video-chat/protocol";
import { FaultProxy } from "@simple-video-chat/protocol/testing";
import { receiverCapabilities } from "@simple-video-chat/receiver";

import { type Program, withPrograms } from "../../e2e/program.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import type { FaultFigures, FaultRow } from "../fault-row.ts";
import { smallTestCard } from "../watched-call.ts";

const figuresOfTexts: FaultRow["figures"] = [
  { name: "delivered", label: "texts delivered, of all", unit: "%", atLeast: 100 },
  { name: "wrong", label: "twice, out of order, or false of their fate", unit: "", atMost: 0 },
];

/** What happens to the connection between two texts. */
type Fault = (proxy: FaultProxy, nth: number) => void;

function textsRow(name: string, fault: string, happen: Fault, shortTexts: number, longTexts: number): FaultRow {
  return { name, fault, figures: figuresOfTexts, run: (form) => run(happen, form === "short" ? shortTexts : longTexts) };
}

/** A pause between two texts, ms. */
const pauseMs = 120;

/** A handshake and some texts. */
const maxCutBytes = 1_500;

/** The rows of texts. */
export const texts: readonly FaultRow[] = [
  textsRow(
    "texts-cuts",
    "texts while the connection is cut again and again, after any byte",
    (proxy, nth) => {
      // The present connection has more behind it, and is cut at once; the next ones anywhere from their first byte on.
      if (nth % 4 === 3) proxy.set({ cutAfterBytes: 1 + ((nth * 379) % maxCutBytes) }, nth % 8 === 3 ? "forth" : "back");
      if (nth % 4 === 1) proxy.set({ cutAfterBytes: Number.POSITIVE_INFINITY });
      if (nth % 7 === 6) proxy.reset();
    },
    40,
    300,
  ),
  textsRow(
    "texts-outage",
    "texts before, in and after an outage, up to 25 s long",
    (proxy, nth) => {
      if (nth === 10) proxy.stall();
    },
    30,
    200,
  ),
];

async function run(happen: Fault, count: number): Promise<FaultFigures> {
  const figures: Record<string, number> = {};
  let proxy: FaultProxy | undefined;
  let session: Session | undefined;
  try {
    await withPrograms(async (start) => {
      const peer = start("peer", [...smallTestCard, "--no-window", "--listen", "127.0.0.1:0"]);
      const { secret } = parseInvite(await peer.invite());
      const network = await FaultProxy.start({ targetPort: peer.port });
      proxy = network;
      session = connectSession({
        host: "127.0.0.1",
        port: network.port,
        credential: deriveCredential(secret),
        capabilities: receiverCapabilities("writer", "faults"),
      });
      const writer = session;
      await peer.event("connected");
      const sent = Array.from({ length: count }, (_, nth) => `text ${nth}`);
      const fates = sent.map(() => "pending");
      const settled: Promise<void>[] = [];
      for (const [nth, text] of sent.entries()) {
        settled.push(
          writer.sendText(text).then((fate) => {
            fates[nth] = fate;
          }),
        );
        happen(network, nth);
        await sleep(pauseMs);
      }
      network.set({ cutAfterBytes: Number.POSITIVE_INFINITY });
      network.release();
      await Promise.all(settled);
      await waitUntil(() => textsAt(peer).length >= fates.filter((fate) => fate === "delivered").length, "the last text", 10_000);
      const received = textsAt(peer);
      figures["delivered"] = (100 * fates.filter((fate) => fate === "delivered").length) / count;
      figures["wrong"] = mistakes(sent, fates, received);
      // Nothing cuts the connection any more over which this arrives: the goodbye after it does, too.
      await writer.sendText("the last one");
      await writer.close();
      await peer.exits(0);
    }, 120_000)();
  } finally {
    await session?.close();
    proxy?.close();
  }
  return figures;
}

function textsAt(peer: Program): string[] {
  return peer.events.flatMap(({ event, text }) => (event === "text" && typeof text === "string" ? [text] : []));
}

/** Texts that came twice or out of order, and texts whose fate is another than what was told. */
function mistakes(sent: readonly string[], fates: readonly string[], received: readonly string[]): number {
  const places = received.map((text) => sent.indexOf(text));
  const disorder = places.filter((place, at) => at > 0 && place <= (places[at - 1] ?? -1)).length;
  const isThere = new Set(received);
  const missing = sent.filter((text, nth) => fates[nth] === "delivered" && !isThere.has(text)).length;
  return disorder + missing + fates.filter((fate) => fate === "pending").length;
}
