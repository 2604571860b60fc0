// A packet: one encoded frame of a track, whole. The encoder makes it, packet-chunks.ts splits it into messages,
// packet-assembler.ts joins them again, the decoder takes it.
import type { Micros } from "../time/clock.ts";

/** One encoded access unit. */
export interface EncodedPacket {
  /** Track it belongs to, 1–65535. */
  readonly track: number;
  /** Number of the captured frame, from 1; gaps are frames that were not sent. */
  readonly frame: number;
  /** Whether decoding can start here. */
  readonly keyframe: boolean;
  /** When the frame was captured, on the sender's clock. */
  readonly captureUs: Micros;
  /** When encoding began, in microseconds after `captureUs`, at most 2^32 − 1. */
  readonly encodeStartUs: number;
  /** When encoding was done, in microseconds after `captureUs`, at most 2^32 − 1. */
  readonly encodedUs: number;
  /** When its first chunk went to the socket, in microseconds after `captureUs`, at most 2^32 − 1; 0: not yet. */
  readonly sentUs: number;
  /** The bytes the encoder made, 1 to maxPacketBytes. Owned by whoever holds the packet. */
  readonly data: Uint8Array;
}
