// ping: heartbeat and question for the other end's clock; answered by a pong at once.
//
//    0               4                               12
//   +---------------+-------------------------------+
//   | id            | sentUs                        |
//   +---------------+-------------------------------+
import type { Micros } from "../time/clock.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** Are you there, and what time is it? */
export interface PingMessage {
  readonly type: "ping";
  /** Counts up from any start; the pong repeats it. */
  readonly id: number;
  /** When it was written, on the clock of the end that asks. */
  readonly sentUs: Micros;
}

/** ping, 0x03. */
export const ping: MessageDefinition<PingMessage> = {
  type: "ping",
  typeId: 0x03,
  scope: "network",
  minPayloadBytes: 12,
  maxPayloadBytes: 12,
  flagsMask: 0,
  track: "none",

  serialize({ id, sentUs }) {
    return startMessage(this, { payloadBytes: 12 }).u32(id).u64(sentUs).finish();
  },

  parse(_header, payload) {
    return { type: "ping", id: payload.u32(), sentUs: payload.micros() };
  },
};
