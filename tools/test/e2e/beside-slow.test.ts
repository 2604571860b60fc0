// @timeout 180
// A fast receiver beside a slow one: its pictures stay as large, as many, as fine and as soon as they are without. All is compared with what
// the same receiver got before the slow one came and after it had gone, in the same call, so that a busy computer counts for neither.
import assert from "node:assert/strict";
import { FaultProxy } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";
import { type Program, withPrograms } from "../../e2e/program.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import { keyedReceiver, keyedSender } from "../../faults/keyed-sender.ts";
import { LightReceiver } from "../../faults/light-receiver.ts";
import { movingScene, settled, WatchedCall, withKeyFile } from "../../faults/watched-call.ts";

const test = suite("a fast receiver beside a slow one");

/** A quarter of what the sender may use, and less than the share that makes a receiver one of the fast ones. */
const slowBps = 300_000;
/** So many frames of the source are looked at each time. */
const frames = 120;
/** No picture is so late by the sharing of a computer's processors alone. */
const busyMs = 60;

interface Shown {
  readonly frame: number;
  readonly bytes: number;
  readonly latencyMs: number;
}

/** What a stretch of the call was like at the receiver. */
interface Stretch {
  /** Of the frames that were captured, those shown. */
  readonly shownShare: number;
  readonly bytesPerFrame: number;
  readonly latencyMs: number;
  readonly leastWidthPx: number;
}

test(
  "its delay, its size, its number of pictures and their bytes are what they are without",
  withPrograms(
    (start) =>
      withKeyFile(async (keyFile) => {
        const source = [...movingScene, "--video-bit-rate", "1200k", "--max-fps", "20"];
        const sender = await keyedSender(start, keyFile, { source });
        const receiver = await keyedReceiver(start, keyFile, sender.port);
        const call = new WatchedCall(sender, receiver);
        await settled(call);
        const before = await stretchOf(receiver);
        const proxy = await FaultProxy.start({ targetPort: sender.port, faults: { rateBps: slowBps } });
        const slow = new LightReceiver({ port: proxy.port, keyFile, name: "slow" });
        try {
          await waitUntil(() => slow.packets > 0, "a picture at the slow receiver", 30_000);
          // From its first picture on: the time until it has an encoder of its own counts.
          const beside = await stretchOf(receiver);
          await waitUntil(
            () => Number(sender.events.findLast(({ event }) => event === "stats")?.["encoders"]) > 1,
            "a second encoder",
            30_000,
          );
          const apart = await stretchOf(receiver);
          assert.ok(slow.packets > 10, `the slow receiver got ${slow.packets} pictures`);
          await slow.session.close();
          const after = await stretchOf(receiver);
          for (const stretch of [beside, apart]) isNoWorse(stretch, [before, after]);
        } finally {
          await slow.session.close();
          proxy.close();
        }
        await call.end();
      }),
    150_000,
  ),
);

/** The receiver's next {@link frames} frames. */
async function stretchOf(receiver: Program): Promise<Stretch> {
  const from = receiver.events.length;
  const first = shownOf(await receiver.event("shown", { from })).frame;
  await receiver.event("shown", { from, where: (event) => shownOf(event).frame >= first + frames, limitMs: 40_000 });
  // The size is told once a second.
  await receiver.event("stats", { from });
  const events = receiver.events.slice(from);
  const shown = events.filter(({ event }) => event === "shown").map(shownOf);
  const pictures = shown.filter(({ frame }) => frame >= first && frame < first + frames);
  const latencies = pictures.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  return {
    shownShare: pictures.length / frames,
    bytesPerFrame: pictures.reduce((sum, { bytes }) => sum + bytes, 0) / frames,
    latencyMs: latencies[latencies.length >> 1] ?? Number.NaN,
    leastWidthPx: Math.min(...events.filter(({ event }) => event === "stats").map(({ widthPx }) => Number(widthPx))),
  };
}

function isNoWorse(beside: Stretch, alone: readonly Stretch[]): void {
  const all = JSON.stringify({ beside, alone });
  const worst = (of: (stretch: Stretch) => number, pick: (...values: number[]) => number): number => pick(...alone.map(of));
  const { min, max } = Math;
  assert.ok(beside.leastWidthPx >= worst(({ leastWidthPx }) => leastWidthPx, min), `smaller pictures: ${all}`);
  assert.ok(beside.shownShare >= 0.8 * worst(({ shownShare }) => shownShare, min), `fewer pictures: ${all}`);
  // A slow receiver's rate would be a quarter of it.
  assert.ok(beside.bytesPerFrame >= 0.6 * worst(({ bytesPerFrame }) => bytesPerFrame, min), `coarser pictures: ${all}`);
  assert.ok(beside.latencyMs <= 1.5 * worst(({ latencyMs }) => latencyMs, max) + busyMs, `later pictures: ${all}`);
}

function shownOf(event: unknown): Shown {
  const { frame, bytes, latencyMs } = event as Shown;
  return { frame, bytes, latencyMs };
}

test.run();
