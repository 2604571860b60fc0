import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { suite } from "uvu";
import { type BulkSource, Outbox, outboxBudgetBytes, packetWireBytes, type PlainMessage } from "../../src/flow/outbox.ts";
import { maxVideoDataBytes } from "../../src/limits.ts";
import type { EncodedPacket } from "../../src/media/packet.ts";
import { createMessageParser } from "../../src/messages/message-stream.ts";
import { parseMessage } from "../../src/messages/message.ts";
import { FakeScheduler } from "../../src/testing/fake-scheduler.ts";
import { micros } from "../../src/time/clock.ts";

const test = suite("Outbox");

/** A socket that takes a write only when it is told to, and keeps what it took. */
class SlowSocket extends Duplex {
  readonly taken: string[] = [];
  bytes = 0;
  readonly #parser = createMessageParser("network");
  #held: (() => void) | undefined;
  #open = false;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.#take(chunk);
    this.#wait(callback);
  }

  override _writev(chunks: { chunk: Buffer }[], callback: () => void): void {
    for (const { chunk } of chunks) this.#take(chunk);
    this.#wait(callback);
  }

  /** Finishes the write that it holds. */
  release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.();
  }

  /** From now on takes everything at once. */
  open(): void {
    this.#open = true;
    this.release();
  }

  #take(chunk: Buffer): void {
    this.bytes += chunk.byteLength;
    this.#parser.push(chunk, (header, payload) => {
      const message = parseMessage(header, payload);
      if (message.type === "video") this.taken.push(`video ${message.frame}@${message.offset} sent ${message.sentUs}`);
      else this.taken.push(message.type === "audio" ? `audio ${message.packet}` : message.type);
    });
  }

  #wait(callback: () => void): void {
    if (this.#open) setImmediate(callback);
    else this.#held = callback;
  }
}

function packetOf(frame: number, bytes: number): EncodedPacket {
  return {
    track: 1,
    frame,
    keyframe: false,
    captureUs: micros(1_000_000),
    encodeStartUs: 0,
    encodedUs: 0,
    sentUs: 0,
    data: new Uint8Array(bytes),
  };
}

const ping = { type: "ping", id: 1, sentUs: micros(0) } as const;
const track = { type: "track", track: 1, codec: "h264", barcode: false, widthPx: 64, heightPx: 64, frameRate: 30 } as const;

const soundTrack = { type: "audio-track", track: 3, channels: 1, muted: false } as const;
const soundBytes = 8 + 16 + 80;

function soundOf(packet: number): PlainMessage {
  return { type: "audio", track: 3, packet, captureUs: micros(0), durationUs: 10_000, data: new Uint8Array(80) };
}

function start(bulk?: BulkSource): { socket: SlowSocket; outbox: Outbox; scheduler: FakeScheduler } {
  const scheduler = new FakeScheduler();
  const socket = new SlowSocket();
  return { socket, scheduler, outbox: new Outbox({ socket, nowUs: () => scheduler.nowUs(), ...(bulk && { bulk }) }) };
}

/** So many messages of a file. */
function bulkOf(count: number): BulkSource {
  let given = 0;
  return () => (given < count ? { type: "file-data", id: 1, offset: 4_096 * given++, data: new Uint8Array(4_096) } : undefined);
}

test("sends control ahead of all video that the socket does not have yet, and what describes a track in its place", async () => {
  const { socket, outbox } = start();
  outbox.sendVideo(packetOf(1, 10 * maxVideoDataBytes));
  outbox.send(track);
  outbox.sendVideo(packetOf(2, 100));
  outbox.send(ping);
  socket.open();
  await outbox.flush();
  const at = socket.taken.indexOf("ping");
  assert.ok(at > 0 && at <= outboxBudgetBytes / maxVideoDataBytes + 1, `the ping came at ${at}`);
  assert.deepEqual(
    socket.taken.filter((name) => name !== "ping").map((name) => name.split(" ").slice(0, 2).join(" ")),
    [...Array.from({ length: 10 }, (_, chunk) => `video 1@${chunk * maxVideoDataBytes}`), "track", "video 2@0"],
  );
  assert.equal(outbox.queuedBytes, 0);
  assert.equal(outbox.writtenBytes, socket.bytes);
});

test("sends sound in its order behind control and ahead of video, which is one chunk ahead of it at most", async () => {
  const { socket, outbox } = start();
  outbox.sendVideo(packetOf(1, 5 * maxVideoDataBytes));
  assert.ok(outbox.send(soundTrack));
  assert.ok(outbox.send(soundOf(1)));
  outbox.send(ping);
  assert.ok(outbox.send(soundOf(2)));
  // What the socket took before any of it was there is that one chunk.
  assert.deepEqual(socket.taken, ["video 1@0 sent 0"]);
  socket.open();
  await outbox.flush();
  assert.deepEqual(socket.taken.slice(1, 5), ["audio-track", "audio 1", "ping", "audio 2"]);
  assert.equal(outbox.queuedBytes, 0);
});

test("asks for bulk when nothing else waits, and gives way to all that comes, after one message", async () => {
  const { socket, outbox } = start(bulkOf(5));
  outbox.sendVideo(packetOf(1, 2 * maxVideoDataBytes));
  socket.release();
  socket.release();
  assert.deepEqual(socket.taken.at(-1), "file-data");
  // The socket has one message of the file, and takes it only now.
  outbox.sendVideo(packetOf(2, 100));
  outbox.send(soundOf(1));
  outbox.send(ping);
  socket.open();
  await outbox.flush();
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  const order = socket.taken.map((name) => name.split("@")[0]);
  const first = order.indexOf("file-data");
  assert.deepEqual(order.slice(0, first), ["video 1", "video 1"]);
  assert.deepEqual(order.slice(first + 1, first + 4), ["audio 1", "ping", "video 2"]);
  assert.deepEqual(order.slice(first + 4), ["file-data", "file-data", "file-data", "file-data"]);
});

test("asks for bulk again when it is told that there is some, and never after its last message", async () => {
  let isThere = false;
  const bulk = bulkOf(3);
  const { socket, outbox } = start(() => (isThere ? bulk() : undefined));
  socket.open();
  outbox.send(ping);
  await outbox.flush();
  assert.deepEqual(socket.taken, ["ping"]);
  isThere = true;
  outbox.offerBulk();
  await outbox.finish({ type: "close", code: "normal", reason: "" });
  outbox.offerBulk();
  assert.deepEqual(socket.taken, ["ping", "file-data", "close"]);
});

test("takes no more sound than is worth hearing, and takes it again when the socket does", async () => {
  const { socket, outbox } = start();
  outbox.sendVideo(packetOf(1, 100_000));
  let taken = 0;
  while (taken < 1_000 && outbox.send(soundOf(taken + 1))) taken++;
  assert.ok(taken > 0 && taken * soundBytes <= outboxBudgetBytes + 4_096, `${taken} packets`);
  socket.open();
  await outbox.flush();
  assert.ok(outbox.send(soundOf(taken + 1)));
});

test("hands the socket no more than its budget and one chunk", () => {
  const { socket, outbox } = start();
  const bytes = outbox.sendVideo(packetOf(1, 1_000_000));
  assert.equal(bytes, packetWireBytes(1_000_000));
  assert.ok(socket.writableLength <= outboxBudgetBytes + maxVideoDataBytes + 40, `${socket.writableLength}`);
  assert.equal(outbox.queuedBytes + outbox.writtenBytes, bytes);
});

test("stamps a packet with the time when its first chunk goes to the socket, on all its chunks", async () => {
  const { socket, outbox, scheduler } = start();
  outbox.sendVideo(packetOf(1, 8 * maxVideoDataBytes));
  outbox.sendVideo(packetOf(2, 10));
  scheduler.advance(5);
  socket.open();
  await outbox.flush();
  const sent = socket.taken.map((name) => name.split(" ").at(-1));
  assert.deepEqual(new Set(sent.slice(0, 8)), new Set(["0"]));
  assert.equal(sent.at(-1), "5000");
});

test("finishes with its last message ahead of everything, and drops the rest", async () => {
  const { socket, outbox } = start();
  outbox.sendVideo(packetOf(1, 20 * maxVideoDataBytes));
  const finished = outbox.finish({ type: "close", code: "normal", reason: "" });
  socket.open();
  await finished;
  assert.equal(socket.taken.at(-1), "close");
  assert.ok(socket.taken.length < 10);
  assert.equal(outbox.sendVideo(packetOf(2, 10)), 0);
});

test("tells for how long the socket has taken nothing, from when there was something to take", () => {
  const { socket, outbox, scheduler } = start();
  scheduler.advance(5_000);
  assert.equal(outbox.stalledUs, 0);
  outbox.send(ping);
  scheduler.advance(300);
  assert.equal(outbox.stalledUs, 300_000);
  socket.release();
  assert.equal(outbox.stalledUs, 0);
});

test("lets go of those who wait when the socket is gone", async () => {
  const { socket, outbox } = start();
  outbox.sendVideo(packetOf(1, 1_000_000));
  const flushed = outbox.flush();
  socket.destroy();
  await flushed;
  assert.equal(outbox.queuedBytes, 0);
});

test("sends nothing for a packet of no bytes, and what waits behind it all the same", async () => {
  const { socket, outbox } = start();
  assert.equal(outbox.sendVideo(packetOf(1, 0)), 0);
  outbox.sendVideo(packetOf(2, 100));
  socket.open();
  await outbox.flush();
  assert.deepEqual(
    socket.taken.map((name) => name.split(" ").slice(0, 2).join(" ")),
    ["video 2@0"],
  );
});

test.run();
