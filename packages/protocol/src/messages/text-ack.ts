// text-ack: every text up to this one was received.
//
//    0               4
//   +---------------+
//   | id            |
//   +---------------+
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** Every text up to here was received. */
export interface TextAckMessage {
  readonly type: "text-ack";
  /** The newest text received in order; 0: none yet. */
  readonly id: number;
}

/** text-ack, 0x07. */
export const textAck: MessageDefinition<TextAckMessage> = {
  type: "text-ack",
  typeId: 0x07,
  scope: "network",
  minPayloadBytes: 4,
  maxPayloadBytes: 4,
  flagsMask: 0,
  track: "none",

  serialize({ id }) {
    return startMessage(this, { payloadBytes: 4 }).u32(id).finish();
  },

  parse(_header, payload) {
    return { type: "text-ack", id: payload.u32() };
  },
};
