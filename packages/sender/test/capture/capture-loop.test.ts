import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type CaptureCountMessage, type EncodedPacket, nowUs, readBarcode, type TrackMessage } from "@simple-video-chat/protocol";
import fc from "fast-check";
import { suite } from "uvu";

import { CaptureLoop, type CaptureSink } from "../../src/capture/capture-loop.ts";
import type { RawFrame, Source, SourceFormat } from "../../src/capture/source.ts";
import type { CaptureOptions } from "../../src/engine/capture-command.ts";
import { EncoderError, SourceError } from "../../src/errors.ts";
import { loadOpenCv, type Mat } from "../../src/native/opencv.ts";
import { ReferenceDecoder } from "../encode/reference-decoder.ts";

const test = suite("CaptureLoop");
const cv = await loadOpenCv();

const options: CaptureOptions = {
  source: { kind: "testcard", widthPx: 96, heightPx: 64, frameRate: 30 },
  codec: "h264",
  encoder: "auto",
  bitrateBps: 1_000_000,
  maxSidePx: 1280,
  maxFrameRate: 60,
  barcode: false,
  selfView: false,
  preview: false,
};

/** Gives a picture when it is told to; knows which of them were released. */
class ManualSource implements Source {
  readonly name = "a test";
  readonly format: SourceFormat;
  readonly given: Mat[] = [];
  isClosed = false;
  stuckAfterMs?: number;
  #waiting: { resolve: (frame: RawFrame | undefined) => void; reject: (error: Error) => void } | undefined;
  #queue: (RawFrame | Error | undefined)[] = [];
  #captureUs: number = nowUs();

  constructor(format: Partial<SourceFormat> = {}) {
    this.format = { widthPx: 96, heightPx: 64, frameRate: 30, ...format };
  }

  next(): Promise<RawFrame | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#serve();
    });
  }

  close(): void {
    this.isClosed = true;
    this.#put(undefined);
  }

  /** A picture, `afterUs` after the one before. */
  give(afterUs: number = 33_333, mat: Mat = this.#draw()): void {
    this.#captureUs += afterUs;
    this.given.push(mat);
    this.#put({ mat, captureUs: this.#captureUs as RawFrame["captureUs"] });
  }

  end(error?: Error): void {
    this.#put(error);
  }

  #draw(): Mat {
    return new cv.Mat(this.format.heightPx, this.format.widthPx, cv.CV_8UC3, [this.given.length % 256, 100, 200]);
  }

  #put(item: RawFrame | Error | undefined): void {
    this.#queue.push(item);
    this.#serve();
  }

  #serve(): void {
    if (this.#waiting === undefined || this.#queue.length === 0) return;
    const { resolve, reject } = this.#waiting;
    this.#waiting = undefined;
    const item = this.#queue.shift();
    if (item instanceof Error) reject(item);
    else resolve(item);
  }
}

class Sink implements CaptureSink {
  readonly tracks: TrackMessage[] = [];
  readonly packets: EncodedPacket[] = [];
  readonly counts: CaptureCountMessage[] = [];
  readonly ends: unknown[] = [];
  /** Tiers that were opened later, with the frame behind which each begins. */
  readonly opened = new Map<number, number>();
  raw = 0;

  readonly onTrack = (track: TrackMessage): void => void this.tracks.push(track);
  readonly onPacket = (packet: EncodedPacket): void => void this.packets.push(packet);
  readonly onTierOpen = (track: number, frame: number): void => void this.opened.set(track, frame);
  readonly onRawFrame = (): void => void this.raw++;
  readonly onFallback = (): void => {};
  readonly stalls: boolean[] = [];
  readonly onStall = (isStalled: boolean): void => void this.stalls.push(isStalled);
  readonly onEnd = (error: unknown): void => void this.ends.push(error);
  readonly onCount = (count: CaptureCountMessage): void => {
    this.counts.push(count);
    // Every count is exact for the frames that it is about.
    const packets = this.packetsOf(count.track);
    const begin = this.opened.get(count.track) ?? 0;
    assert.equal(packets.filter(({ frame }) => frame <= count.frame).length, packets.length);
    assert.equal(packets.length + count.notEncoded + count.encoderDropped, count.frame - begin);
  };

  packetsOf(track: number): readonly EncodedPacket[] {
    return this.packets.filter((packet) => packet.track === track);
  }

  get frames(): readonly number[] {
    return this.packets.map(({ frame }) => frame);
  }
}

/** Long enough for a picture of this size to be encoded. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  for (const endMs = performance.now() + 5_000; !isSo();) {
    if (performance.now() > endMs) throw new Error(`not within 5 s: ${what}`);
    await sleep(1);
  }
}

const pause = (): Promise<void> => sleep(20);

async function start(
  more: Partial<CaptureOptions> = {},
  source: ManualSource = new ManualSource(),
): Promise<{ loop: CaptureLoop; source: ManualSource; sink: Sink }> {
  const sink = new Sink();
  const loop = await CaptureLoop.start(source, { ...options, ...more }, { firstFrame: 1, track: 1 }, sink);
  return { loop, source, sink };
}

test("tells when a source that should give pictures gives none, and when it does again; one that may take its time is let be", async () => {
  const live = new ManualSource();
  live.stuckAfterMs = 60;
  const [watched, patient] = [await start({}, live), await start()];
  live.give();
  await until("a stall is told", () => watched.sink.stalls.length === 1);
  live.give();
  await until("its end is told", () => watched.sink.stalls.length === 2);
  await watched.loop.stop();
  await patient.loop.stop();
  assert.deepEqual(watched.sink.stalls.slice(0, 2), [true, false]);
  assert.deepEqual(patient.sink.stalls, []);
});

test("announces its format before anything else", async () => {
  const { loop, sink } = await start({ maxSidePx: 64 }, new ManualSource({ widthPx: 640, heightPx: 360, frameRate: 120 }));
  const track = { type: "track", track: 1, codec: "h264", barcode: false, widthPx: 64, heightPx: 36, frameRate: 60 };
  assert.deepEqual(sink.tracks, [track]);
  await loop.stop();
});

test("encodes nothing without a grant, then the newest picture, and counts the others", async () => {
  const { loop, source, sink } = await start();
  for (let picture = 0; picture < 5; picture++) source.give();
  await pause();
  assert.deepEqual(sink.frames, []);
  loop.grant(1, 1, 0);
  await until("a packet", () => sink.packets.length === 1);
  assert.deepEqual(sink.frames, [5]);
  assert.deepEqual(sink.counts, [], "the packet itself says that the four before it were not encoded");
  source.give();
  await pause();
  assert.deepEqual(sink.frames, [5], "more packets than were granted");
  loop.grant(1, 1, 0);
  await until("a packet", () => sink.packets.length === 2);
  assert.deepEqual(sink.frames, [5, 6]);
  await loop.stop();
  assert.deepEqual(sink.counts, [{ type: "capture-count", track: 1, frame: 6, notEncoded: 4, encoderDropped: 0 }]);
  assert.equal(sink.raw, 6);
});

test("makes one keyframe at the start and one for each request", async () => {
  const { loop, source, sink } = await start();
  loop.grant(1, 100, 0);
  for (let picture = 1; picture <= 9; picture++) {
    if (picture === 4 || picture === 8) loop.requestKeyframe(1);
    source.give();
    await until("a packet", () => sink.packets.length === picture);
  }
  const keyframes = sink.packets.filter(({ keyframe }) => keyframe).map(({ frame }) => frame);
  assert.deepEqual(keyframes, [1, 4, 8]);
  await loop.stop();
});

test("writes each frame's number and time into its picture when it is asked to", async () => {
  const { loop, source, sink } = await start({ barcode: true, maxSidePx: 480 }, new ManualSource({ widthPx: 960, heightPx: 540 }));
  const decoder = await ReferenceDecoder.open("h264");
  loop.grant(1, 100, 0);
  for (let picture = 1; picture <= 5; picture++) {
    source.give();
    await until("a packet", () => sink.packets.length === picture);
    const packet = sink.packets.at(-1);
    const decoded = packet && decoder.decode(packet.data);
    assert.ok(packet && decoded);
    assert.deepEqual(readBarcode(decoded.bgr, decoded.widthPx, decoded.heightPx), { frame: packet.frame, captureUs: packet.captureUs });
    assert.ok(packet.encodedUs >= packet.encodeStartUs);
  }
  decoder.close();
  await loop.stop();
});

test("takes no more pictures a second than it may", async () => {
  const { loop, source, sink } = await start({ maxFrameRate: 10 });
  for (let picture = 0; picture < 60; picture++) source.give(16_667);
  await pause();
  await loop.stop();
  const frames = sink.counts.at(-1)?.frame ?? 0;
  assert.ok(frames >= 9 && frames <= 12, `${frames} frames in a second`);
});

test("stops while it encodes, with every frame accounted for and every picture released", async () => {
  const source = new ManualSource({ widthPx: 1280, heightPx: 720 });
  const { loop, sink } = await start({}, source);
  loop.grant(1, 2, 0);
  source.give();
  await sleep(0);
  source.give();
  source.give();
  await sleep(1);
  await Promise.all([loop.stop(), loop.stop()]);
  assert.equal(source.isClosed, true);
  const last = sink.counts.at(-1);
  assert.ok(last);
  assert.equal(sink.packets.length + last.notEncoded + last.encoderDropped, last.frame);
  assert.ok(
    source.given.every((mat) => mat.empty),
    "a picture was not released",
  );
  assert.deepEqual(sink.ends, []);
  const told = sink.counts.length;
  loop.grant(1, 5, 0);
  await pause();
  assert.equal(sink.counts.length, told);
});

test("tells the end of a source once, and its error", async () => {
  for (const error of [undefined, new SourceError("camera-lost", "It is gone.")]) {
    const { loop, source, sink } = await start();
    loop.grant(1, 9, 0);
    source.give();
    source.end(error);
    await until("the end", () => sink.ends.length > 0);
    await pause();
    await loop.stop();
    assert.deepEqual(sink.ends, [error]);
    assert.equal(sink.counts.at(-1)?.frame, 1);
  }
});

test("tells once of a picture that the encoder cannot take, and counts it", async () => {
  const { loop, source, sink } = await start();
  loop.grant(1, 9, 0);
  source.give();
  await until("a packet", () => sink.packets.length === 1);
  for (let picture = 0; picture < 3; picture++) {
    source.give(33_333, new cv.Mat(64, 96, cv.CV_8UC1, 9));
    await pause();
  }
  await until("the end", () => sink.ends.length > 0);
  await loop.stop();
  assert.equal(sink.ends.length, 1);
  assert.ok(sink.ends[0] instanceof EncoderError);
  const last = sink.counts.at(-1);
  assert.ok(last);
  assert.deepEqual([last.frame, sink.packets.length + last.notEncoded + last.encoderDropped], [4, 4]);
});

test("releases a source whose pictures are too large for the encoder", async () => {
  const source = new ManualSource({ widthPx: 200_000, heightPx: 200_000 });
  await assert.rejects(start({ maxSidePx: 200_000 }, source));
  assert.equal(source.isClosed, true);
});

test("encodes the same pictures at two bitrates, for two tiers with credits, keyframes and counts of their own", async () => {
  const source = new ManualSource({ widthPx: 640, heightPx: 480 });
  const { loop, sink } = await start({ barcode: true }, source);
  const decoder = await ReferenceDecoder.open("h264");
  const pictures = async (count: number): Promise<void> => {
    for (let picture = 0; picture < count; picture++) {
      const before = sink.packetsOf(1).length;
      source.give();
      await until("a packet", () => sink.packetsOf(1).length > before);
    }
  };
  loop.grant(1, 100, 0);
  await pictures(2);
  loop.openTier(3, 200_000);
  await until("another tier", () => sink.opened.has(3));
  assert.equal(sink.opened.get(3), 2);
  assert.deepEqual(
    sink.tracks.map(({ track }) => track),
    [1, 3],
  );
  // Without a grant it costs the other nothing, and misses what it cannot take.
  await pictures(3);
  assert.deepEqual(sink.packetsOf(3), []);
  loop.grant(3, 2, 200_000);
  await until("its packet", () => sink.packetsOf(3).length === 1);
  loop.requestKeyframe(1);
  await pictures(3);
  await until("its second packet", () => sink.packetsOf(3).length === 2);
  const [first, second] = sink.packetsOf(3);
  assert.ok(first && second);
  assert.deepEqual([first.frame, first.keyframe, second.keyframe], [5, true, false]);
  assert.deepEqual(
    sink
      .packetsOf(1)
      .filter(({ keyframe }) => keyframe)
      .map(({ frame }) => frame),
    [1, 6],
  );
  const format = sink.tracks.findLast(({ track }) => track === 3);
  const decoded = decoder.decode(first.data);
  assert.ok(format && decoded);
  assert.deepEqual([decoded.widthPx, decoded.heightPx], [format.widthPx, format.heightPx]);
  assert.equal(readBarcode(decoded.bgr, decoded.widthPx, decoded.heightPx)?.frame, 5);
  decoder.close();
  loop.closeTier(3);
  await pictures(1);
  await loop.stop();
  assert.equal(sink.packetsOf(1).length, 9);
  assert.ok(source.given.every((mat) => mat.empty));
});

test("leaves frames out for a tier whose bitrate wants fewer, and for no other", async () => {
  const { loop, source, sink } = await start();
  loop.openTier(3, 30_000);
  await until("another tier", () => sink.opened.has(3));
  loop.grant(1, 100, 1_000_000);
  loop.grant(3, 100, 30_000);
  for (let picture = 1; picture <= 30; picture++) {
    source.give();
    await until("a packet", () => sink.packetsOf(1).length === picture);
  }
  await loop.stop();
  const last = sink.counts.findLast(({ track }) => track === 3);
  const first = sink.counts.findLast(({ track }) => track === 1);
  assert.ok(last && first);
  // 8 a second.
  assert.ok(sink.packetsOf(3).length <= 10 && sink.packetsOf(3).length >= 7, `${sink.packetsOf(3).length} packets`);
  assert.ok(last.encoderDropped >= 18, JSON.stringify(last));
  assert.deepEqual([first.frame, first.notEncoded, first.encoderDropped], [30, 0, 0]);
});

test("ends the loop when another tier cannot be opened", async () => {
  const { loop, sink } = await start();
  loop.openTier(3, Number.NaN);
  await until("the end", () => sink.ends.length > 0);
  await loop.stop();
  assert.deepEqual([sink.ends.length, sink.opened.size], [1, 0]);
});

test("accounts for every frame exactly, however pictures and grants come", async () => {
  const history = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant("picture" as const) },
      { weight: 3, arbitrary: fc.constant("grant" as const) },
      { weight: 1, arbitrary: fc.constantFrom("keyframe" as const, "wait" as const, "bitrate" as const) },
    ),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(history, async (events) => {
      const { loop, source, sink } = await start();
      let granted = 0;
      for (const event of events) {
        if (event === "picture") source.give();
        if (event === "grant") loop.grant(1, 1, 0);
        if (event === "grant") granted++;
        if (event === "keyframe") loop.requestKeyframe(1);
        if (event === "bitrate") loop.grant(1, 0, 300_000);
        if (event === "wait") await sleep(3);
        // As when they came from a device and a pipe.
        else await Promise.resolve();
      }
      await sleep(1);
      await loop.stop();
      const last = sink.counts.at(-1) ?? { frame: 0, notEncoded: 0, encoderDropped: 0 };
      assert.equal(sink.packets.length + last.notEncoded + last.encoderDropped, last.frame);
      assert.ok(sink.packets.length <= granted);
      assert.ok(sink.raw <= last.frame && sink.raw >= Math.min(1, last.frame));
      assert.ok(source.given.slice(0, last.frame).every((mat) => mat.empty));
      if (sink.packets[0] !== undefined) assert.equal(sink.packets[0].keyframe, true);
      for (const mat of source.given) if (!mat.empty) mat.release();
    }),
    { numRuns: 60 },
  );
});

test.run();
