// All messages: the union, the registry, and the way in and out of bytes. session/ and engine/ use only this file's functions.
import assert from "node:assert/strict";
import { maxControlBytes } from "../limits.ts";
import { ByteReader } from "../wire/byte-reader.ts";
import { checkHeader, type HeaderRule, type HeaderRules, type MessageHeader } from "../wire/header.ts";
import { account, type AccountMessage } from "./account.ts";
import { ack, type AckMessage } from "./ack.ts";
import { audioReport, type AudioReportMessage } from "./audio-report.ts";
import { audioTrack, type AudioTrackMessage } from "./audio-track.ts";
import { audio, type AudioMessage } from "./audio.ts";
import { captureCount, type CaptureCountMessage } from "./capture-count.ts";
import { close, type CloseMessage } from "./close.ts";
import { credit, type CreditMessage } from "./credit.ts";
import { engineConfigure, type EngineConfigureMessage } from "./engine-configure.ts";
import { engineEvent, type EngineEventMessage } from "./engine-event.ts";
import { fileAccept, type FileAcceptMessage } from "./file-accept.ts";
import { fileAck, type FileAckMessage } from "./file-ack.ts";
import { fileData, type FileDataMessage } from "./file-data.ts";
import { fileOffer, type FileOfferMessage } from "./file-offer.ts";
import { fileResult, type FileResultMessage } from "./file-result.ts";
import { fileWithdraw, type FileWithdrawMessage } from "./file-withdraw.ts";
import { hello, type HelloMessage } from "./hello.ts";
import { keyframeRequest, type KeyframeRequestMessage } from "./keyframe-request.ts";
import type { MessageDefinition } from "./message-definition.ts";
import { ping, type PingMessage } from "./ping.ts";
import { pong, type PongMessage } from "./pong.ts";
import { ready, type ReadyMessage } from "./ready.ts";
import { recording, type RecordingMessage } from "./recording.ts";
import { report, type ReportMessage } from "./report.ts";
import { stop, type StopMessage } from "./stop.ts";
import { textAck, type TextAckMessage } from "./text-ack.ts";
import { text, type TextMessage } from "./text.ts";
import { track, type TrackMessage } from "./track.ts";
import { videoState, type VideoStateMessage } from "./video-state.ts";
import { video, type VideoMessage } from "./video.ts";

/** A message that may cross a network. */
export type NetworkMessage =
  | HelloMessage
  | ReadyMessage
  | PingMessage
  | PongMessage
  | CloseMessage
  | TextMessage
  | TextAckMessage
  | TrackMessage
  | VideoMessage
  | AckMessage
  | ReportMessage
  | KeyframeRequestMessage
  | AccountMessage
  | StopMessage
  | AudioMessage
  | AudioTrackMessage
  | AudioReportMessage
  | VideoStateMessage
  | RecordingMessage
  | FileOfferMessage
  | FileAcceptMessage
  | FileDataMessage
  | FileAckMessage
  | FileResultMessage
  | FileWithdrawMessage;

/** A message that only crosses the pipe between the network process and an engine. */
export type EngineMessage = EngineConfigureMessage | CreditMessage | EngineEventMessage | CaptureCountMessage;

/** Every message. */
export type Message = NetworkMessage | EngineMessage;

/** An optional message (type 0x80–0xff) of a newer version: skipped. */
export interface UnknownMessage {
  readonly type: "unknown";
  /** Its number. */
  readonly typeId: number;
}

/** What parsing gives. */
export type ReceivedMessage = Message | UnknownMessage;

/** What parsing gives of a network: a parser for networks refuses the other types by their headers. */
export type ReceivedFromNetwork = NetworkMessage | UnknownMessage;

/** Name of a message type. */
export type MessageType = Message["type"];

/** Where a message is read: a peer's socket, or the pipe to an engine, where the engine messages are legal too. */
export type MessageScope = "network" | "engine";

const definitions: { readonly [T in MessageType]: MessageDefinition<Extract<Message, { type: T }>> } = {
  hello,
  ready,
  ping,
  pong,
  close,
  text,
  "text-ack": textAck,
  track,
  video,
  ack,
  report,
  "keyframe-request": keyframeRequest,
  account,
  stop,
  audio,
  "audio-track": audioTrack,
  "audio-report": audioReport,
  "engine-configure": engineConfigure,
  credit,
  "engine-event": engineEvent,
  "capture-count": captureCount,
  "video-state": videoState,
  recording,
  "file-offer": fileOffer,
  "file-accept": fileAccept,
  "file-data": fileData,
  "file-ack": fileAck,
  "file-result": fileResult,
  "file-withdraw": fileWithdraw,
};

/** Every message type with its number, scope and header rule, in the order of the numbers. */
export const messageDefinitions: readonly MessageDefinition<Message>[] = Object.values(definitions).sort((a, b) => a.typeId - b.typeId);

const byTypeId: ReadonlyMap<number, MessageDefinition<Message>> = new Map(messageDefinitions.map((it) => [it.typeId, it]));

/** From this number on, a type that is not known is skipped instead of being an error. */
export const firstOptionalTypeId = 0x80;

const optionalRule: HeaderRule = { minPayloadBytes: 0, maxPayloadBytes: maxControlBytes, flagsMask: 0xff, track: "any" };

const engineRules: HeaderRules = (typeId) => byTypeId.get(typeId) ?? (typeId >= firstOptionalTypeId ? optionalRule : undefined);

const networkRules: HeaderRules = (typeId) => {
  const rule = byTypeId.get(typeId);
  return rule?.scope === "engine" ? undefined : engineRules(typeId);
};

/** The header rules of one scope: which types are legal there, and what their headers may say. */
export function headerRules(scope: MessageScope): HeaderRules {
  return scope === "network" ? networkRules : engineRules;
}

/**
 * The bytes of a message, header included, in one new buffer that is the caller's.
 * @throws RangeError for a value that the message cannot carry: a defect of the caller
 */
export function serializeMessage(message: Message): Uint8Array {
  const definition: MessageDefinition<Message> = definitions[message.type];
  return definition.serialize(message);
}

/**
 * The message in a payload.
 * @param header - as the parser gave it; it is checked here too, except for the scope
 * @param payload - `header.payloadBytes` bytes; of the result only `data` of a video or audio message is a view of it
 * @throws ProtocolError when a field is wrong
 */
export function parseMessage(header: MessageHeader, payload: Uint8Array): ReceivedMessage {
  assert.equal(payload.byteLength, header.payloadBytes);
  checkHeader(header, engineRules);
  const definition = byTypeId.get(header.typeId);
  if (definition === undefined) return { type: "unknown", typeId: header.typeId };
  const reader = new ByteReader(payload);
  const message = definition.parse(header, reader);
  reader.end();
  return message;
}
