// video: one chunk of an encoded packet. packet-chunks.ts makes them, packet-assembler.ts joins them.
//
//    0               4                               12              16              20
//   +---------------+-------------------------------+---------------+---------------+
//   | frame         | captureUs                     | packetBytes   | offset        |
//   +---------------+---------------+---------------+---------------+---------------+
//   | encodeStartUs | encodedUs     | sentUs        | data, 1–16384 bytes …               flags bit 0: keyframe
//   +---------------+---------------+---------------+------------------
//    20              24              28              32
import { ProtocolError } from "../errors.ts";
import { maxPacketBytes, maxVideoDataBytes } from "../limits.ts";
import type { Micros } from "../time/clock.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** Bytes of a video message's payload before its data. */
export const videoFixedBytes = 32;

const flagKeyframe = 0b1;

/** One chunk of a packet. All fields but `offset` and `data` are the packet's, the same in each of its chunks. */
export interface VideoMessage {
  readonly type: "video";
  /** 1–65535. */
  readonly track: number;
  /** Whether decoding can start at this packet. */
  readonly keyframe: boolean;
  /** Number of the captured frame, from 1. */
  readonly frame: number;
  /** When the frame was captured, on the sender's clock. */
  readonly captureUs: Micros;
  /** Length of the whole packet, 1 to 4 MiB. */
  readonly packetBytes: number;
  /** Where in the packet `data` belongs. */
  readonly offset: number;
  /** When encoding began, in microseconds after `captureUs`; more than 2^32 − 1 is written as that. */
  readonly encodeStartUs: number;
  /** When encoding was done, likewise. */
  readonly encodedUs: number;
  /** When the packet's first chunk went to the socket, likewise; 0 on the pipe from the engine. */
  readonly sentUs: number;
  /** 1–16384 bytes. When parsed: a view of the payload, only valid during the call; copy what outlives it. */
  readonly data: Uint8Array;
}

/** video, 0x11. */
export const video: MessageDefinition<VideoMessage> = {
  type: "video",
  typeId: 0x11,
  scope: "network",
  minPayloadBytes: videoFixedBytes + 1,
  maxPayloadBytes: videoFixedBytes + maxVideoDataBytes,
  flagsMask: flagKeyframe,
  track: "required",

  serialize(message) {
    const { track, keyframe, frame, packetBytes, offset, data } = message;
    if (frame === 0) throw new RangeError("frames are numbered from 1");
    if (packetBytes > maxPacketBytes || offset + data.byteLength > packetBytes) {
      throw new RangeError(`bytes ${offset} to ${offset + data.byteLength} of a packet of ${packetBytes}`);
    }
    return startMessage(this, { payloadBytes: videoFixedBytes + data.byteLength, flags: keyframe ? flagKeyframe : 0, track })
      .u32(frame)
      .u64(message.captureUs)
      .u32(packetBytes)
      .u32(offset)
      .u32(saturate(message.encodeStartUs))
      .u32(saturate(message.encodedUs))
      .u32(saturate(message.sentUs))
      .bytes(data)
      .finish();
  },

  parse(header, payload) {
    const message: VideoMessage = {
      type: "video",
      track: header.track,
      keyframe: (header.flags & flagKeyframe) !== 0,
      frame: payload.u32(),
      captureUs: payload.micros(),
      packetBytes: payload.u32(),
      offset: payload.u32(),
      encodeStartUs: payload.u32(),
      encodedUs: payload.u32(),
      sentUs: payload.u32(),
      data: payload.rest(),
    };
    if (message.frame === 0) throw new ProtocolError("bad-value", "frames are numbered from 1");
    if (message.packetBytes > maxPacketBytes) {
      throw new ProtocolError("too-large", `a packet of ${message.packetBytes} bytes, at most ${maxPacketBytes} allowed`);
    }
    if (message.offset + message.data.byteLength > message.packetBytes) {
      throw new ProtocolError("bad-value", "a chunk reaches beyond its packet");
    }
    return message;
  },
};

// 71 minutes: only a computer that slept between two steps gets there, and "very late" is all that anyone wants to know then.
function saturate(us: number): number {
  return Math.min(us, 0xffff_ffff);
}
