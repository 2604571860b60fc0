// The named cases of broken input, and the error that each is refused with.
import type { ProtocolErrorCode } from "../../src/errors.ts";
import { messageDefinitions, type Message } from "../../src/messages/message.ts";
import type { MessageDefinition } from "../../src/messages/message-definition.ts";
import { readVectors } from "./vector-file.ts";

/** One way to break the protocol with the bytes of one message. */
export interface Refusal {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: ProtocolErrorCode;
}

const vectors = readVectors();

/** The first golden vector of a type, to be changed. */
function sample(type: Message["type"]): Buffer {
  const vector = vectors.find(({ message }) => message.type === type);
  if (vector === undefined) throw new Error(`no vector of ${type}`);
  return Buffer.from(vector.bytes);
}

/** A message whose header says the true length. */
function withPayload(type: Message["type"], payload: Uint8Array): Buffer {
  const header = sample(type).subarray(0, 8);
  header.writeUInt32BE(payload.byteLength, 4);
  return Buffer.concat([header, payload]);
}

/** A message with some payload bytes changed. */
function patched(type: Message["type"], payloadOffset: number, bytes: readonly number[]): Buffer {
  const message = sample(type);
  message.set(bytes, 8 + payloadOffset);
  return message;
}

function headerRefusals(definition: MessageDefinition<Message>): Refusal[] {
  const { type, minPayloadBytes, maxPayloadBytes, flagsMask, track } = definition;
  const refusals: Refusal[] = [];
  const withHeader = (name: string, code: ProtocolErrorCode, change: (message: Buffer) => void): void => {
    const bytes = sample(type);
    change(bytes);
    refusals.push({ name: `${type}: ${name}`, bytes, code });
  };
  for (const payloadBytes of [maxPayloadBytes + 1, 65_536 + maxPayloadBytes, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
    withHeader(`announces ${payloadBytes} bytes`, "too-large", (bytes) => bytes.writeUInt32BE(payloadBytes, 4));
  }
  for (const payloadBytes of new Set([0, Math.floor(minPayloadBytes / 2), minPayloadBytes - 1])) {
    if (payloadBytes < 0 || minPayloadBytes === 0) continue;
    withHeader(`announces ${payloadBytes} bytes`, "truncated", (bytes) => bytes.writeUInt32BE(payloadBytes, 4));
  }
  for (let bit = 0; bit < 8; bit += 1) {
    if ((flagsMask & (1 << bit)) !== 0) continue;
    withHeader(`has flag bit ${bit}`, "bad-flags", (bytes) => bytes.writeUInt8(1 << bit, 1));
  }
  for (const wrongTrack of track === "required" ? [0] : [1, 65_535]) {
    withHeader(`has track ${wrongTrack}`, "bad-track", (bytes) => bytes.writeUInt16BE(wrongTrack, 2));
  }
  return refusals;
}

function unknownTypes(): Refusal[] {
  const known = new Set(messageDefinitions.map(({ typeId }) => typeId));
  return Array.from({ length: 0x80 }, (_, typeId) => typeId)
    .filter((typeId) => !known.has(typeId))
    .map((typeId) => ({
      name: `type 0x${typeId.toString(16)} is not known`,
      bytes: Uint8Array.of(typeId, 0, 0, 0, 0, 0, 0, 0),
      code: "unknown-message",
    }));
}

const tooLate = [0x00, 0x20, 0, 0, 0, 0, 0, 0]; // 2^53 as u64
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const helloStart = sample("hello").subarray(8, 32);
const hello = (tail: Uint8Array): Buffer => withPayload("hello", Buffer.concat([helloStart, tail]));
const goodCapabilities = JSON.parse(sample("hello").toString("utf8", 32)) as Record<string, unknown>;
const text = (bytes: readonly number[] | string): Buffer =>
  withPayload("text", Buffer.concat([Buffer.of(0, 0, 0, 1), Buffer.from(bytes as string)]));
const reason = (bytes: string): Buffer => withPayload("close", Buffer.concat([Buffer.of(0, 0), Buffer.from(bytes)]));

const fieldRefusals: readonly (readonly [string, Buffer, ProtocolErrorCode])[] = [
  ["hello: magic SVC2", patched("hello", 3, [0x32]), "bad-magic"],
  ["hello: magic in lower case", patched("hello", 0, [0x73, 0x76, 0x63, 0x31]), "bad-magic"],
  ["hello: an HTTP request in its place", withPayload("hello", Buffer.from("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")), "bad-magic"],
  ["hello: minVersion 0", patched("hello", 4, [0, 0]), "bad-value"],
  ["hello: maxVersion below minVersion", patched("hello", 4, [0, 2, 0, 1]), "bad-value"],
  ["hello: JSON cut short", hello(Buffer.from('{"name":"A"')), "bad-json"],
  ["hello: JSON with something after it", hello(Buffer.from("{} {}")), "bad-json"],
  ["hello: a JSON array", hello(Buffer.from("[1,2]")), "bad-json"],
  ["hello: a JSON null", hello(Buffer.from("null")), "bad-json"],
  ["hello: a JSON number", hello(Buffer.from("12")), "bad-json"],
  ["hello: 8,000 nested arrays", hello(Buffer.from("[".repeat(8_000) + "]".repeat(8_000))), "bad-json"],
  ["hello: JSON that is not UTF-8", hello(Buffer.of(0x22, 0xff, 0x22)), "bad-utf8"],
  ["hello: JSON behind a byte order mark", hello(Buffer.from('\ufeff{"a":1}')), "bad-json"],
  ["text: id 0", patched("text", 0, [0, 0, 0, 0]), "bad-value"],
  ["text: a byte that is never UTF-8", text([0x61, 0xff]), "bad-utf8"],
  ["text: a character cut short", text([0xe2, 0x82]), "bad-utf8"],
  ["text: an overlong slash", text([0xc0, 0xaf]), "bad-utf8"],
  ["text: half of a surrogate pair", text([0xed, 0xa0, 0x80]), "bad-utf8"],
  ["text: above U+10FFFF", text([0xf4, 0x90, 0x80, 0x80]), "bad-utf8"],
  ["text: NUL", text("a\0"), "unclean-text"],
  ["text: a terminal escape", text("\u001b[2J"), "unclean-text"],
  ["text: a C1 control sequence introducer", text("\u009b2J"), "unclean-text"],
  ["text: DEL", text("a\u007f"), "unclean-text"],
  ["text: a carriage return", text("a\rb"), "unclean-text"],
  ["text: a tab", text("a\tb"), "unclean-text"],
  ["text: a bell", text("\u0007"), "unclean-text"],
  ["text: right-to-left override", text("a\u202eb"), "unclean-text"],
  ["text: an isolate", text("a\u2066b"), "unclean-text"],
  ["text: a right-to-left mark", text("a\u200fb"), "unclean-text"],
  ["text: an Arabic letter mark", text("a\u061cb"), "unclean-text"],
  ["text: a line separator", text("a\u2028b"), "unclean-text"],
  ["text: not in normal form C", text("u\u0308"), "unclean-text"],
  ["file-offer: id 0", patched("file-offer", 0, [0, 0, 0, 0]), "bad-value"],
  ["file-offer: size of 2^53", patched("file-offer", 4, tooLate), "bad-value"],
  ["file-offer: a name with an escape", patched("file-offer", 44, [0x1b]), "unclean-text"],
  ["file-offer: a name of two lines", patched("file-offer", 44, [0x0a]), "unclean-text"],
  ["file-offer: a name that is not UTF-8", patched("file-offer", 44, [0xff]), "bad-utf8"],
  ["file-accept: offset of 2^53", patched("file-accept", 4, tooLate), "bad-value"],
  ["file-data: offset of 2^53", patched("file-data", 4, tooLate), "bad-value"],
  ["file-ack: bytes of 2^53", patched("file-ack", 4, tooLate), "bad-value"],
  ["file-ack: receivedUs of 2^53", patched("file-ack", 12, tooLate), "bad-value"],
  ["file-result: 8", patched("file-result", 4, [8]), "bad-value"],
  ["file-withdraw: 3", patched("file-withdraw", 4, [3]), "bad-value"],
  ["close: a reason of two lines", reason("a\nb"), "unclean-text"],
  ["close: a reason with an escape", reason("\u001b]0;x\u0007"), "unclean-text"],
  ["close: a reason that is not UTF-8", withPayload("close", Buffer.of(0, 0, 0x80)), "bad-utf8"],
  ["ping: sentUs of 2^53", patched("ping", 4, tooLate), "bad-value"],
  ["ping: sentUs of 2^64 - 1", patched("ping", 4, Array<number>(8).fill(0xff)), "bad-value"],
  ["pong: pingSentUs of 2^53", patched("pong", 4, tooLate), "bad-value"],
  ["pong: receivedUs of 2^53", patched("pong", 12, tooLate), "bad-value"],
  ["pong: sentUs of 2^53", patched("pong", 20, tooLate), "bad-value"],
  ["ack: bytes of 2^53", patched("ack", 0, tooLate), "bad-value"],
  ["ack: receivedUs of 2^53", patched("ack", 12, tooLate), "bad-value"],
  ["report: shownUs of 2^53", patched("report", 4, tooLate), "bad-value"],
  ["track: codec 0", patched("track", 0, [0]), "bad-value"],
  ["track: codec 4", patched("track", 0, [4]), "bad-value"],
  ["track: codec 255", patched("track", 0, [255]), "bad-value"],
  ["track: content bit 1", patched("track", 1, [2]), "bad-value"],
  ["track: content bit 7", patched("track", 1, [0x81]), "bad-value"],
  ["track: width 0", patched("track", 2, [0, 0]), "bad-picture-size"],
  ["track: height 0", patched("track", 4, [0, 0]), "bad-picture-size"],
  ["track: width 4097", patched("track", 2, [0x10, 0x01]), "bad-picture-size"],
  ["track: height 65535", patched("track", 4, [0xff, 0xff]), "bad-picture-size"],
  ["track: 4096 by 2026", patched("track", 2, [0x10, 0x00, 0x07, 0xea]), "bad-picture-size"],
  ["track: 0 Hz", patched("track", 6, [0, 0, 0, 0]), "bad-value"],
  ["track: 250.001 Hz", patched("track", 6, [0, 3, 0xd0, 0x91]), "bad-value"],
  ["video: frame 0", patched("video", 0, [0, 0, 0, 0]), "bad-value"],
  ["video: captureUs of 2^53", patched("video", 4, tooLate), "bad-value"],
  ["video: packetBytes 0", patched("video", 12, [0, 0, 0, 0]), "bad-value"],
  ["video: packetBytes below its data", patched("video", 12, [0, 0, 0, 8]), "bad-value"],
  ["video: packetBytes 4 MiB + 1", patched("video", 12, [0, 0x40, 0, 1]), "too-large"],
  ["video: packetBytes 2^31", patched("video", 12, [0x80, 0, 0, 0]), "too-large"],
  ["video: packetBytes 2^32 - 1", patched("video", 12, [0xff, 0xff, 0xff, 0xff]), "too-large"],
  ["video: offset 1 of a whole packet", patched("video", 16, [0, 0, 0, 1]), "bad-value"],
  ["video: offset 2^31", patched("video", 16, [0x80, 0, 0, 0]), "bad-value"],
  ["video: offset 2^32 - 1", patched("video", 16, [0xff, 0xff, 0xff, 0xff]), "bad-value"],
  ["keyframe-request: reason 0", patched("keyframe-request", 0, [0]), "bad-value"],
  ["keyframe-request: reason 4", patched("keyframe-request", 0, [4]), "bad-value"],
  ["audio: packet 0", patched("audio", 0, [0, 0, 0, 0]), "bad-value"],
  ["audio: captureUs of 2^53", patched("audio", 4, tooLate), "bad-value"],
  ["audio: a duration of 0", patched("audio", 12, [0, 0, 0, 0]), "bad-value"],
  ["audio: a duration of 120,001 us", patched("audio", 12, [0, 1, 0xd4, 0xc1]), "bad-value"],
  ["audio-track: codec 0", patched("audio-track", 0, [0]), "bad-value"],
  ["audio-track: codec 2", patched("audio-track", 0, [2]), "bad-value"],
  ["audio-track: no channel", patched("audio-track", 1, [0]), "bad-value"],
  ["audio-track: 3 channels", patched("audio-track", 1, [3]), "bad-value"],
  ["video-state: state 3", patched("video-state", 0, [3]), "bad-value"],
  ["recording: an undefined bit", patched("recording", 0, [4]), "bad-value"],
  ["audio-report: receivedUs of 2^53", patched("audio-report", 4, tooLate), "bad-value"],
  ["account: one frame too few", patched("account", 20, [0, 0, 0, 25]), "bad-value"],
  ["account: one frame too many", patched("account", 20, [0, 0, 0, 27]), "bad-value"],
  ["account: last before first", patched("account", 4, [0, 0, 0, 0]), "bad-value"],
  ["account: first 0 but last not", patched("account", 0, [0, 0, 0, 0]), "bad-value"],
  ["account: counters that would sum up modulo 2^32", patched("account", 8, [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 4]), "bad-value"],
];

const capabilityRefusals = [
  ...Object.keys(goodCapabilities).map((key) => [`${key} missing`, { ...goodCapabilities, [key]: undefined }] as const),
  ...Object.keys(goodCapabilities).map((key) => [`${key} null`, { ...goodCapabilities, [key]: null }] as const),
  ...Object.keys(goodCapabilities).map((key) => [`${key} an object`, { ...goodCapabilities, [key]: {} }] as const),
  ["an empty name", { ...goodCapabilities, name: "" }] as const,
  ["a name of 65 characters", { ...goodCapabilities, name: "x".repeat(65) }] as const,
  ["a name of 65 emoji", { ...goodCapabilities, name: "😀".repeat(65) }] as const,
  ["a name with an escape", { ...goodCapabilities, name: "\u001b[31mx" }] as const,
  ["a name of two lines", { ...goodCapabilities, name: "a\nb" }] as const,
  ["a name with right-to-left override", { ...goodCapabilities, name: "a\u202eb" }] as const,
  ["a name not in normal form C", { ...goodCapabilities, name: "u\u0308" }] as const,
  ["a name with half of a surrogate pair", { ...goodCapabilities, name: "\ud800" }] as const,
  ["33 codecs", { ...goodCapabilities, videoCodecs: Array<string>(33).fill("h264") }] as const,
  ["a codec that is a number", { ...goodCapabilities, videoCodecs: [1] }] as const,
  ["a feature with an escape", { ...goodCapabilities, features: ["\u001b"] }] as const,
  ["a width of 0", { ...goodCapabilities, maxWidthPx: 0 }] as const,
  ["a width of 1.5", { ...goodCapabilities, maxWidthPx: 1.5 }] as const,
  ["a width in quotes", { ...goodCapabilities, maxWidthPx: "1920" }] as const,
  ["a height of -1", { ...goodCapabilities, maxHeightPx: -1 }] as const,
  ["a height of 65536", { ...goodCapabilities, maxHeightPx: 65_536 }] as const,
  ["a frame rate of 0", { ...goodCapabilities, maxFrameRate: 0 }] as const,
  ["a frame rate of 1e9", { ...goodCapabilities, maxFrameRate: 1e9 }] as const,
];

/** All of them. */
export const refusals: readonly Refusal[] = [
  ...messageDefinitions.filter(({ scope }) => scope === "network").flatMap(headerRefusals),
  ...messageDefinitions
    .filter(({ scope }) => scope === "engine")
    .map(({ type }): Refusal => ({ name: `${type} on a network`, bytes: sample(type), code: "unknown-message" })),
  ...unknownTypes(),
  { name: "optional type 0x80 of 16,385 bytes", bytes: Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0x40, 1), code: "too-large" },
  { name: "optional type 0xff of 2^32 - 1 bytes", bytes: Uint8Array.of(0xff, 0, 0, 0, 255, 255, 255, 255), code: "too-large" },
  ...fieldRefusals.map(([name, bytes, code]): Refusal => ({ name, bytes, code })),
  ...capabilityRefusals.map(([name, value]): Refusal => ({
    name: `capabilities: ${name}`,
    bytes: hello(json(value)),
    code: "bad-capabilities",
  })),
];
