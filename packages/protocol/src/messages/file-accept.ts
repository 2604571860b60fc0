// file-accept: this end takes a file that was offered, from `offset` on, since it has what is before.
//
//    0               4                               12
//   +---------------+-------------------------------+
//   | id            | offset                        |
//   +---------------+-------------------------------+
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** A file that was offered is wanted. */
export interface FileAcceptMessage {
  readonly type: "file-accept";
  /** As it was offered. */
  readonly id: number;
  /** Bytes of it that are there already. */
  readonly offset: number;
}

/** file-accept, 0x91. */
export const fileAccept: MessageDefinition<FileAcceptMessage> = {
  type: "file-accept",
  typeId: 0x91,
  scope: "network",
  minPayloadBytes: 12,
  maxPayloadBytes: 12,
  flagsMask: 0,
  track: "none",

  serialize({ id, offset }) {
    return startMessage(this, { payloadBytes: 12 }).u32(id).u64(offset).finish();
  },

  parse(_header, payload) {
    return { type: "file-accept", id: payload.u32(), offset: payload.u64() };
  },
};
