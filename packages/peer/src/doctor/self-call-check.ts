// The last check: a call with oneself over a simulated slow link, with everything in it but camera, window and sound. It passes when pictures
// come in time.

import { setTimeout as sleep } from "node:timers/promises";

import { deriveCredential } from "@simple-video-chat/protocol";
import type { Check, Finding } from "@simple-video-chat/protocol/cli";

import { type Peer, startPeer } from "../peer.ts";
import { type LinkShape, SlowLink } from "./slow-link.ts";

/** A poor line: 2 Mbit/s and 50 ms, as across an ocean, and half a second's worth of queue. */
const link: LinkShape = { rateBps: 2_000_000, delayMs: 50, queueBytes: 125_000 };
/** Both ways at once, on one computer: smaller pictures than in a call. */
const picture = { widthPx: 640, heightPx: 360, frameRate: 30 } as const;
/** What the delay must be within for 95 of 100 pictures, ms: what a call keeps within unless its user says otherwise. */
const budgetMs = 200;
const firstPictureTimeoutMs = 30_000;
/** The rate is found within the first seconds. */
const warmUpMs = 4_000;
const measuredMs = 6_000;

/** Calls itself, and says how late the pictures are. */
export const selfCallCheck: Check = async () => {
  const secret = new Uint8Array(16);
  crypto.getRandomValues(secret);
  const waiting = await startPeer({
    source: { kind: "testcard", ...picture },
    host: "127.0.0.1",
    port: 0,
    secret,
    audio: false,
    name: "one end",
  });
  const slow = await SlowLink.open(waiting.address?.port ?? 0, link);
  const calling = await startPeer({
    source: { kind: "testcard", ...picture },
    call: { host: "127.0.0.1", port: slow.port, credential: deriveCredential(secret) },
    audio: false,
    name: "other end",
  });
  const both = [waiting, calling];
  let finding: Finding | undefined;
  try {
    if (await havePictures(both)) finding = await measure(both);
  } finally {
    await Promise.all(both.map((peer) => peer.close()));
    slow.close();
  }
  if (finding !== undefined) return [accounted(finding, both)];
  return [
    { what: "call", verdict: "failed", says: `no picture came within ${firstPictureTimeoutMs / 1000} s`, remedy: "See what failed above." },
  ];
};

/** Waits for both first pictures; false when they do not come. */
async function havePictures(both: readonly Peer[]): Promise<boolean> {
  const each = both.map((peer) => new Promise<void>((resolve) => peer.on("first-picture", () => resolve())));
  const given = Promise.all(each).then(() => true);
  const failed = new Promise<boolean>((resolve) => {
    for (const peer of both) peer.on("trouble", ({ isFinal }) => isFinal && resolve(false));
  });
  const closing = new AbortController();
  const late = sleep(firstPictureTimeoutMs, false, { signal: closing.signal }).catch(() => false);
  try {
    return await Promise.race([given, failed, late]);
  } finally {
    closing.abort();
  }
}

async function measure(both: readonly Peer[]): Promise<Finding> {
  await sleep(warmUpMs);
  const latenciesMs: number[] = [];
  for (const peer of both) {
    peer.on("shown", ({ latencyMs }) => {
      if (latencyMs !== undefined) latenciesMs.push(latencyMs);
    });
  }
  await sleep(measuredMs);
  latenciesMs.sort((a, b) => a - b);
  const at = (share: number): number => latenciesMs[Math.floor(share * (latenciesMs.length - 1))] ?? Number.POSITIVE_INFINITY;
  const [p50, p95] = [at(0.5), at(0.95)];
  const fps = latenciesMs.length / (measuredMs / 1000) / both.length;
  const passed = p95 <= budgetMs;
  const line = `${link.rateBps / 1e6} Mbit/s with ${link.delayMs} ms one way`;
  return {
    what: "call",
    verdict: passed ? "ok" : "failed",
    says: `with itself over ${line}: pictures ${p50.toFixed(0)} ms old, 95 of 100 at most ${p95.toFixed(0)} ms (${budgetMs} are allowed), ${fps.toFixed(0)} a second`,
    ...(!passed && { remedy: "Is the computer busy with something else? Close that, or ask for less: --max-size 640, --max-fps 15." }),
    figures: { p50Ms: round(p50), p95Ms: round(p95), budgetMs, fps: round(fps) },
  };
}

/** What does not add up is no call that passes. */
function accounted(finding: Finding, both: readonly Peer[]): Finding {
  const isExact = both.every((peer) => {
    const { captured, shown, dropped } = peer.summary();
    return captured === shown + Object.values(dropped).reduce((sum: number, count: number) => sum + count, 0);
  });
  if (isExact) return finding;
  return {
    ...finding,
    verdict: "failed",
    says: `${finding.says}; but not every frame is accounted for`,
    remedy: "That is a defect: please report it.",
  };
}

function round(value: number): number {
  return Number.isFinite(value) ? Math.round(value * 10) / 10 : -1;
}
