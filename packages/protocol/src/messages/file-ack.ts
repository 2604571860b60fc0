// file-ack: how much of a file is written, and when the newest of it came: what its sender's window goes by.
//
//    0               4                               12                              20
//   +---------------+-------------------------------+-------------------------------+
//   | id            | bytes                         | receivedUs                    |
//   +---------------+-------------------------------+-------------------------------+
import type { Micros } from "../time/clock.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** What of a file has arrived. */
export interface FileAckMessage {
  readonly type: "file-ack";
  /** As it was offered. */
  readonly id: number;
  /** Of the file, from its beginning. */
  readonly bytes: number;
  /** When the newest of them was read from the connection, on the clock of the end that says so. */
  readonly receivedUs: Micros;
}

/** file-ack, 0x93. */
export const fileAck: MessageDefinition<FileAckMessage> = {
  type: "file-ack",
  typeId: 0x93,
  scope: "network",
  minPayloadBytes: 20,
  maxPayloadBytes: 20,
  flagsMask: 0,
  track: "none",

  serialize({ id, bytes, receivedUs }) {
    return startMessage(this, { payloadBytes: 20 }).u32(id).u64(bytes).u64(receivedUs).finish();
  },

  parse(_header, payload) {
    return { type: "file-ack", id: payload.u32(), bytes: payload.u64(), receivedUs: payload.micros() };
  },
};
