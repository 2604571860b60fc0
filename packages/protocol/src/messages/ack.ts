// ack: how much video of a track has arrived. The sender's window is made of these.
//
//    0                               8               12                              20
//   +-------------------------------+---------------+-------------------------------+
//   | bytes                         | frame         | receivedUs                    |
//   +-------------------------------+---------------+-------------------------------+
import type { Micros } from "../time/clock.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** What of a track has arrived. */
export interface AckMessage {
  readonly type: "ack";
  /** 1–65535. */
  readonly track: number;
  /** Bytes of all video messages of this track since this connection began, headers included. */
  readonly bytes: number;
  /** Newest frame whose packet is complete; 0: none yet. */
  readonly frame: number;
  /** When the newest of those bytes was read, on the receiver's clock. */
  readonly receivedUs: Micros;
}

/** ack, 0x12. */
export const ack: MessageDefinition<AckMessage> = {
  type: "ack",
  typeId: 0x12,
  scope: "network",
  minPayloadBytes: 20,
  maxPayloadBytes: 20,
  flagsMask: 0,
  track: "required",

  serialize({ track, bytes, frame, receivedUs }) {
    return startMessage(this, { payloadBytes: 20, track }).u64(bytes).u32(frame).u64(receivedUs).finish();
  },

  parse(header, payload) {
    return { type: "ack", track: header.track, bytes: payload.u64(), frame: payload.u32(), receivedUs: payload.micros() };
  },
};
