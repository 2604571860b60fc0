// pong: the answer to a ping, with the times that NTP's clock estimate needs (RFC 5905, section 8: T1, T2, T3).
//
//    0               4                               12                              20                              28
//   +---------------+-------------------------------+-------------------------------+-------------------------------+
//   | id            | pingSentUs                    | receivedUs                    | sentUs                        |
//   +---------------+-------------------------------+-------------------------------+-------------------------------+
import type { Micros } from "../time/clock.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** I am here, and this is my time. */
export interface PongMessage {
  readonly type: "pong";
  /** That of the ping. */
  readonly id: number;
  /** The ping's `sentUs`, unchanged: T1, on the clock of the end that asked. */
  readonly pingSentUs: Micros;
  /** When the ping was read: T2, on the clock of the end that answers. */
  readonly receivedUs: Micros;
  /** When the pong was written: T3, on the clock of the end that answers. */
  readonly sentUs: Micros;
}

/** pong, 0x04. */
export const pong: MessageDefinition<PongMessage> = {
  type: "pong",
  typeId: 0x04,
  scope: "network",
  minPayloadBytes: 28,
  maxPayloadBytes: 28,
  flagsMask: 0,
  track: "none",

  serialize({ id, pingSentUs, receivedUs, sentUs }) {
    return startMessage(this, { payloadBytes: 28 }).u32(id).u64(pingSentUs).u64(receivedUs).u64(sentUs).finish();
  },

  parse(_header, payload) {
    return {
      type: "pong",
      id: payload.u32(),
      pingSentUs: payload.micros(),
      receivedUs: payload.micros(),
      sentUs: payload.micros(),
    };
  },
};
