// A day of frames through the whole transport: outbox, TLS over loopback, parser, assembler, acknowledgements back. None may be lost, changed or
// out of order, and memory may not grow with them.

import assert from "node:assert/strict";

import {
  type Capabilities,
  connectSession,
  createSecret,
  CredentialStore,
  deriveCredential,
  type EncodedPacket,
  listenForSessions,
  micros,
  PacketAssembler,
  type Session,
  type SessionEvents,
} from "@simple-video-chat/protocol";

import { fastScheduler, fastTiming } from "./fast-time.ts";
import type { MemorySample } from "./slope.ts";

const capabilities: Capabilities = {
  name: "soak",
  software: "soak",
  sends: ["video"],
  receives: ["video"],
  videoCodecs: ["h264"],
  maxWidthPx: 1_280,
  maxHeightPx: 720,
  maxFrameRate: 30,
  features: [],
};

/** 30 a second are 2,592,000 a day; this many times as fast the day has 90 s. The rate limits have room for four times more. */
const speed = 4 * 960;
/** Frames on their way at a time. */
const window = 256;
/** An acknowledgement for so many frames. */
const ackEvery = 16;
const track = 1;
/** Payloads of a few sizes. Every hundredth frame has the last one, which takes two messages. */
const payloads = [40, 90, 200, 60, 17_000].map((bytes, index) => Buffer.alloc(bytes, index + 1));
const samplesWanted = 120;

/** What a soak came to. */
export interface SoakResult {
  readonly frames: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly reconnects: number;
  readonly samples: readonly MemorySample[];
}

/** How long to soak: to the first of both. */
export interface SoakOptions {
  readonly frames: number;
  readonly seconds: number;
  /** Memory now, after a collection. */
  memoryBytes(): number;
}

/** Sends frames from one session to another in this process. @throws AssertionError for a frame that is lost, changed or out of order */
export async function soakTransport({ frames, seconds, memoryBytes }: SoakOptions): Promise<SoakResult> {
  const store = new CredentialStore();
  const credential = deriveCredential(createSecret());
  store.admit(credential, { use: "many" });
  const common = { capabilities, scheduler: fastScheduler(speed), timing: fastTiming(speed) };
  let onSession: (session: Session) => void = () => {};
  const receiving = new Promise<Session>((resolve) => (onSession = resolve));
  const listener = await listenForSessions({ ...common, host: "127.0.0.1", port: 0, credentials: store, onSession });
  const sender = connectSession({ ...common, host: "127.0.0.1", port: listener.port, credential });
  const startMs = performance.now();
  const endMs = startMs + seconds * 1_000;
  const samples: MemorySample[] = [];
  const sampleEvery = Math.max(1, Math.floor(frames / samplesWanted));
  const receiver = await receiving;
  const received = new Receiving(receiver);
  let finish: () => void = () => {};
  let fail: (error: Error) => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  let sent = 0;
  let acknowledged = 0;
  let limit = frames;
  const pump = (): void => {
    if (performance.now() > endMs) limit = sent;
    for (; sent < limit && sent - acknowledged < window; sent++) {
      assert.ok(sender.sendVideo(frameOf(sent + 1)) > 0, `frame ${sent + 1} was not taken`);
      if (sent % sampleEvery === 0) samples.push({ frames: sent + 1, bytes: memoryBytes() });
    }
    if (acknowledged >= limit - ackEvery) finish();
  };
  sender.on("message", (message) => {
    if (message.type !== "ack") return;
    acknowledged = message.frame;
    pump();
  });
  for (const session of [sender, receiver]) session.on("closed", ({ code, reason }) => fail(new Error(`closed: ${code} ${reason}`)));
  received.onError = fail;
  if (sender.status === "live") pump();
  else sender.on("live", pump);
  await done;
  await sender.flush();
  while (received.frames < sent) await new Promise((resolve) => setTimeout(resolve, 5));
  const result = {
    frames: received.frames,
    bytes: sender.stats().bytesOut,
    seconds: (performance.now() - startMs) / 1_000,
    reconnects: sender.stats().reconnects,
    samples,
  };
  await sender.close();
  await listener.close();
  assert.equal(result.frames, sent);
  return result;
}

function frameOf(frame: number): EncodedPacket {
  const data = (frame % 100 === 0 ? payloads.at(-1) : payloads[frame % (payloads.length - 1)]) ?? Buffer.alloc(1);
  return { track, frame, keyframe: false, captureUs: micros(frame), encodeStartUs: 0, encodedUs: 0, sentUs: 0, data };
}

/** The receiving end. */
class Receiving {
  frames = 0;
  onError: (error: Error) => void = () => {};
  readonly #assembler = new PacketAssembler();
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
    session.on("message", (message) => {
      try {
        this.#take(message);
      } catch (error) {
        this.onError(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }

  #take(message: SessionEvents["message"]): void {
    if (message.type !== "video") return;
    const packet = this.#assembler.push(message);
    if (packet === undefined) return;
    const expected = frameOf(++this.frames);
    assert.equal(packet.frame, expected.frame);
    assert.ok(Buffer.compare(packet.data, expected.data) === 0, `frame ${packet.frame} was changed`);
    if (packet.frame % ackEvery === 0)
      this.#session.send({ type: "ack", track, bytes: packet.frame, frame: packet.frame, receivedUs: packet.captureUs });
  }
}
