// audio: one packet of sound.
//
//    0               4                               12              16
//   +---------------+-------------------------------+---------------+------------------
//   | packet        | captureUs                     | durationUs    | data, 1–8176 bytes …
//   +---------------+-------------------------------+---------------+------------------
import { ProtocolError } from "../errors.ts";
import { maxAudioBytes } from "../limits.ts";
import type { Micros } from "../time/clock.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** Bytes of an audio message's payload before its data. */
const fixedBytes = 16;
/** The longest packet of Opus. */
const maxDurationUs = 120_000;

/** One packet of sound, whole: it can be decoded when the one before was, or with a short fault when not. */
export interface AudioMessage {
  readonly type: "audio";
  /** 1–65535. */
  readonly track: number;
  /** From 1, one more for every packet that was made; gaps are packets that were not sent. */
  readonly packet: number;
  /** When its first sample was recorded, on the sender's clock. */
  readonly captureUs: Micros;
  /** How long it sounds, 1 to 120,000. */
  readonly durationUs: number;
  /** 1–8176 bytes. When parsed: a view of the payload, only valid during the call; copy what outlives it. */
  readonly data: Uint8Array;
}

/** audio, 0x20. */
export const audio: MessageDefinition<AudioMessage> = {
  type: "audio",
  typeId: 0x20,
  scope: "network",
  minPayloadBytes: fixedBytes + 1,
  maxPayloadBytes: maxAudioBytes,
  flagsMask: 0,
  track: "required",

  serialize({ track, packet, captureUs, durationUs, data }) {
    if (packet === 0) throw new RangeError("packets are numbered from 1");
    if (!isDuration(durationUs)) throw new RangeError(`a packet of ${durationUs} µs`);
    return startMessage(this, { payloadBytes: fixedBytes + data.byteLength, track })
      .u32(packet)
      .u64(captureUs)
      .u32(durationUs)
      .bytes(data)
      .finish();
  },

  parse(header, payload) {
    const packet = payload.u32();
    if (packet === 0) throw new ProtocolError("bad-value", "packets are numbered from 1");
    const captureUs = payload.micros();
    const durationUs = payload.u32();
    if (!isDuration(durationUs)) throw new ProtocolError("bad-value", `a packet of ${durationUs} µs`);
    return { type: "audio", track: header.track, packet, captureUs, durationUs, data: payload.rest() };
  },
};

function isDuration(durationUs: number): boolean {
  return durationUs >= 1 && durationUs <= maxDurationUs;
}
