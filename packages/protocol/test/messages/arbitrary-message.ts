// fast-check arbitraries for every message: all values that its serializer accepts.
import fc from "fast-check";
import { maxPicturePx, maxSidePx } from "../../src/limits.ts";
import { videoCodecs } from "../../src/media/codec.ts";
import type { Capabilities } from "../../src/messages/capabilities.ts";
import { cleanText, truncateUtf8 } from "../../src/messages/clean-text.ts";
import { closeCodes, type CloseCode } from "../../src/messages/close-code.ts";
import { type FileResult, fileResults } from "../../src/messages/file-result.ts";
import type { JsonObject } from "../../src/messages/json-object.ts";
import type { Message, MessageType, NetworkMessage } from "../../src/messages/message.ts";
import { micros, type Micros } from "../../src/time/clock.ts";

const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const instant: fc.Arbitrary<Micros> = fc.maxSafeNat().map(micros);
const track = fc.integer({ min: 1, max: 0xffff });
const frame = fc.integer({ min: 1, max: 0xffff_ffff });
const anyText = fc.string({ unit: "binary", minLength: 1, maxLength: 200 });
const name = fc
  .string({ unit: "binary", minLength: 1, maxLength: 40 })
  .map((text) => [...cleanText(text, { lines: false })].slice(0, 64).join(""))
  .filter((text) => text !== "");

function exactly(length: number): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: length, maxLength: length });
}

const capabilities: fc.Arbitrary<Capabilities> = fc.record(
  {
    name,
    software: name,
    sends: fc.subarray(["video", "audio"] as const),
    receives: fc.subarray(["video", "audio"] as const),
    videoCodecs: fc.shuffledSubarray([...videoCodecs]),
    maxWidthPx: fc.integer({ min: 1, max: 0xffff }),
    maxHeightPx: fc.integer({ min: 1, max: 0xffff }),
    maxFrameRate: fc.double({ min: 0.1, max: 1000, noNaN: true }),
    features: fc.uniqueArray(name, { maxLength: 5 }),
  },
  { noNullPrototype: true },
);

const account = fc
  .record({ type: fc.constant("account" as const), track, final: fc.boolean(), firstFrame: fc.nat(1_000_000) })
  .chain((head) =>
    fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000)).map(([notEncoded, encoderDropped, notSent, sent]) => {
      const count = notEncoded + encoderDropped + notSent + sent;
      if (head.firstFrame === 0 || count === 0) {
        return { ...head, firstFrame: 0, lastFrame: 0, notEncoded: 0, encoderDropped: 0, notSent: 0, sent: 0 };
      }
      return { ...head, lastFrame: head.firstFrame + count - 1, notEncoded, encoderDropped, notSent, sent };
    }),
  );

const video = fc
  .record({
    type: fc.constant("video" as const),
    track,
    keyframe: fc.boolean(),
    frame,
    captureUs: instant,
    offset: fc.nat(4_000_000),
    encodeStartUs: u32,
    encodedUs: u32,
    sentUs: u32,
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    more: fc.nat(1000),
  })
  .map(({ more, ...message }) => ({ ...message, packetBytes: message.offset + message.data.byteLength + more }));

const json = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })).map(
  // As JSON.parse gives it: -0 is written as 0.
  (value) => JSON.parse(JSON.stringify(value)) as JsonObject,
);

const arbitraries: { readonly [T in MessageType]: fc.Arbitrary<Extract<Message, { type: T }>> } = {
  hello: fc
    .record({
      type: fc.constant("hello"),
      minVersion: fc.integer({ min: 1, max: 100 }),
      nonce: exactly(16),
      capabilities,
      more: fc.nat(100),
    })
    .map(({ more, ...message }) => ({ ...message, maxVersion: message.minVersion + more })),
  ready: fc.record({ type: fc.constant("ready"), version: u16, transcript: exactly(32) }),
  ping: fc.record({ type: fc.constant("ping"), id: u32, sentUs: instant }),
  pong: fc.record({ type: fc.constant("pong"), id: u32, pingSentUs: instant, receivedUs: instant, sentUs: instant }),
  close: fc.record({
    type: fc.constant("close"),
    code: fc.constantFrom(...(Object.keys(closeCodes) as CloseCode[])),
    reason: anyText.map((text) => truncateUtf8(cleanText(text, { lines: false }), 100)),
  }),
  text: fc.record({
    type: fc.constant("text"),
    id: frame,
    text: anyText.map((text) => cleanText(text, { lines: true })).filter((text) => text !== ""),
  }),
  "text-ack": fc.record({ type: fc.constant("text-ack"), id: u32 }),
  track: fc.record({
    type: fc.constant("track"),
    track,
    codec: fc.constantFrom(...videoCodecs),
    barcode: fc.boolean(),
    widthPx: fc.integer({ min: 1, max: maxSidePx }),
    heightPx: fc.integer({ min: 1, max: Math.floor(maxPicturePx / maxSidePx) }),
    frameRate: fc.integer({ min: 1, max: 65_000 }).map((milliHz) => milliHz / 1000),
  }),
  video,
  ack: fc.record({ type: fc.constant("ack"), track, bytes: fc.maxSafeNat(), frame: u32, receivedUs: instant }),
  report: fc.record({
    type: fc.constant("report"),
    track,
    frame: u32,
    shownUs: instant,
    decodeUs: u32,
    displayWaitUs: u32,
    shown: u32,
    superseded: u32,
    stale: u32,
    waitingForKeyframe: u32,
    undecodable: u32,
  }),
  "keyframe-request": fc.record({
    type: fc.constant("keyframe-request"),
    track,
    reason: fc.constantFrom("joined", "undecodable", "gap"),
  }),
  account,
  stop: fc.record({ type: fc.constant("stop"), track }),
  audio: fc.record({
    type: fc.constant("audio"),
    track,
    packet: frame,
    captureUs: instant,
    durationUs: fc.integer({ min: 1, max: 120_000 }),
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  "audio-track": fc.record({
    type: fc.constant("audio-track"),
    track,
    channels: fc.integer({ min: 1, max: 2 }),
    muted: fc.boolean(),
  }),
  "audio-report": fc.record({
    type: fc.constant("audio-report"),
    track,
    packet: u32,
    receivedUs: instant,
    jitterUs: u32,
    concealedMs: u32,
  }),
  "video-state": fc.record({ type: fc.constant("video-state"), state: fc.constantFrom("on", "off", "lost") }),
  "file-offer": fc.record({ type: fc.constant("file-offer"), id: frame, sizeBytes: fc.maxSafeNat(), sha256: exactly(32), name }),
  "file-accept": fc.record({ type: fc.constant("file-accept"), id: u32, offset: fc.maxSafeNat() }),
  "file-data": fc.record({
    type: fc.constant("file-data"),
    id: u32,
    offset: fc.maxSafeNat(),
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  "file-ack": fc.record({ type: fc.constant("file-ack"), id: u32, bytes: fc.maxSafeNat(), receivedUs: instant }),
  "file-result": fc.record({
    type: fc.constant("file-result"),
    id: u32,
    result: fc.constantFrom(...(Object.keys(fileResults) as FileResult[])),
  }),
  "file-withdraw": fc.record({
    type: fc.constant("file-withdraw"),
    id: u32,
    reason: fc.constantFrom("cancelled", "changed", "unreadable"),
  }),
  recording: fc.record({ type: fc.constant("recording"), theirs: fc.boolean(), ours: fc.boolean() }),
  "engine-configure": fc.record({ type: fc.constant("engine-configure"), value: json }),
  credit: fc.record({ type: fc.constant("credit"), track, packets: u16, targetBitrateBps: u32 }),
  "engine-event": fc.record({ type: fc.constant("engine-event"), value: json }),
  "capture-count": fc.record({ type: fc.constant("capture-count"), track, frame: u32, notEncoded: u32, encoderDropped: u32 }),
};

/** Any message. */
export const arbitraryMessage: fc.Arbitrary<Message> = fc
  .oneof(...Object.values<fc.Arbitrary<Message>>(arbitraries))
  // fast-check makes some records without a prototype, which deep equality would tell from parsed ones.
  .map((message) => ({ ...message }));

/** Any message that may cross a network. */
export const arbitraryNetworkMessage: fc.Arbitrary<NetworkMessage> = arbitraryMessage.filter(isNetworkMessage);

function isNetworkMessage(message: Message): message is NetworkMessage {
  return !["engine-configure", "credit", "engine-event", "capture-count"].includes(message.type);
}
