// file-result: what became of a file at the end to which it was offered. Nothing more of it is sent.
//
//    0               4    5
//   +---------------+----+
//   | id            |what|
//   +---------------+----+
import { ProtocolError } from "../errors.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** Numbers of the results by name. */
export const fileResults = {
  verified: 0,
  declined: 1,
  "too-large": 2,
  "too-many": 3,
  "no-space": 4,
  "not-written": 5,
  damaged: 6,
  cancelled: 7,
} as const;

/**
 * verified: it is there whole, and its hash is the offer's; damaged: its hash is another one; declined: its user does not want it; cancelled: not
 * any more; too-many: others are under way; no-space, not-written: what the disk says.
 */
export type FileResult = keyof typeof fileResults;

const results = Object.keys(fileResults) as FileResult[];

/** What became of a file. */
export interface FileResultMessage {
  readonly type: "file-result";
  /** As it was offered. */
  readonly id: number;
  readonly result: FileResult;
}

/** file-result, 0x94. */
export const fileResult: MessageDefinition<FileResultMessage> = {
  type: "file-result",
  typeId: 0x94,
  scope: "network",
  minPayloadBytes: 5,
  maxPayloadBytes: 5,
  flagsMask: 0,
  track: "none",

  serialize({ id, result }) {
    return startMessage(this, { payloadBytes: 5 }).u32(id).u8(fileResults[result]).finish();
  },

  parse(_header, payload) {
    const id = payload.u32();
    const number = payload.u8();
    const result = results.find((name) => fileResults[name] === number);
    if (result === undefined) throw new ProtocolError("bad-value", `a file cannot have the result ${number}`);
    return { type: "file-result", id, result };
  },
};
