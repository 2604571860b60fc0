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
import { settled, WatchedCall, withKeyFile } from "../../faults/watched-call.ts";

const test = suite("a fast receiver beside a slow one");

/** Much less than the pictures need, so that the slow receiver is not one of the fast ones. */
const slowBps = 150_000;
/** So many frames of the source are looked at each time, and so often with and without the slow one. */
const frames = 50;
const turns = 3;
/** What a computer that is busy with other tests may do to the median latency, ms. */
const busyMs = 100;

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
        // Small pictures, few of them: it is the network that is to be the limit, and not this computer.
        const source = ["--source", "motion", "--camera-size", "320x180", "--video-bit-rate", "1M", "--max-fps", "15"];
        const sender = await keyedSender(start, keyFile, { source });
        const receiver = await keyedReceiver(start, keyFile, sender.port);
        const call = new WatchedCall(sender, receiver);
        await settled(call);
        const alone = [await stretchOf(receiver)];
        const beside: Stretch[] = [];
        const guests: LightReceiver[] = [];
        const proxy = await FaultProxy.start({ targetPort: sender.port, faults: { rateBps: slowBps } });
        try {
          for (let turn = 1; turn <= turns; turn++) {
            const slow = new LightReceiver({ port: proxy.port, keyFile, name: `slow ${turn}` });
            guests.push(slow);
            await waitUntil(() => slow.packets > 0, "a picture at the slow receiver", 30_000);
            // From its first picture on: the time until it has an encoder of its own counts.
            const from = sender.events.length;
            beside.push(await stretchOf(receiver));
            await sender.event("stats", { from, where: ({ encoders }) => Number(encoders) > 1, limitMs: 30_000 });
            beside.push(await stretchOf(receiver));
            await slow.session.close();
            alone.push(await stretchOf(receiver));
          }
        } finally {
          proxy.close();
          await Promise.all(guests.map(({ session }) => session.close()));
        }
        isNoWorse(beside, alone);
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

/** By medians, so that a busy moment of this computer is not taken for the slow receiver's doing. */
function isNoWorse(beside: readonly Stretch[], alone: readonly Stretch[]): void {
  const all = JSON.stringify({ beside, alone });
  const [with_, without] = [beside, alone].map((stretches) => (of: (stretch: Stretch) => number) => median(stretches.map(of)));
  assert.ok(with_ && without);
  const compare = (of: (stretch: Stretch) => number): readonly [number, number] => [with_(of), without(of)];
  const [width, widthAlone] = compare(({ leastWidthPx }) => leastWidthPx);
  assert.ok(width >= widthAlone, `smaller pictures: ${all}`);
  const [shown, shownAlone] = compare(({ shownShare }) => shownShare);
  assert.ok(shown >= 0.75 * shownAlone, `fewer pictures: ${all}`);
  const [bytes, bytesAlone] = compare(({ bytesPerFrame }) => bytesPerFrame);
  // What the slow link takes is a quarter of it.
  assert.ok(bytes >= 0.6 * bytesAlone, `coarser pictures: ${all}`);
  const [late, lateAlone] = compare(({ latencyMs }) => latencyMs);
  assert.ok(late <= 1.5 * lateAlone + busyMs, `later pictures: ${all}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function shownOf(event: unknown): Shown {
  const { frame, bytes, latencyMs } = event as Shown;
  return { frame, bytes, latencyMs };
}

test.run();
