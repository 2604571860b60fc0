// file-data: the next bytes of a file that was accepted. It waits for everything else that is sent.
//
//    0               4                               12
//   +---------------+-------------------------------+------------------------------+
//   | id            | offset                        | data, 1–4096 bytes           |
//   +---------------+-------------------------------+------------------------------+
import { maxFileDataBytes } from "../limits.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

const fixedBytes = 12;

/** Bytes of a file. */
export interface FileDataMessage {
  readonly type: "file-data";
  /** As it was offered. */
  readonly id: number;
  /** Where in the file; they follow each other without gaps. */
  readonly offset: number;
  /** When it was parsed, a view of the payload. */
  readonly data: Uint8Array;
}

/** file-data, 0x92. */
export const fileData: MessageDefinition<FileDataMessage> = {
  type: "file-data",
  typeId: 0x92,
  scope: "network",
  minPayloadBytes: fixedBytes + 1,
  maxPayloadBytes: fixedBytes + maxFileDataBytes,
  flagsMask: 0,
  track: "none",

  serialize({ id, offset, data }) {
    return startMessage(this, { payloadBytes: fixedBytes + data.byteLength })
      .u32(id)
      .u64(offset)
      .bytes(data)
      .finish();
  },

  parse(_header, payload) {
    return { type: "file-data", id: payload.u32(), offset: payload.u64(), data: payload.rest() };
  },
};
