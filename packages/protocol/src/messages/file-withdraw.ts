// file-withdraw: the end that offered a file does not send it, or not to its end.
//
//    0               4    5
//   +---------------+----+
//   | id            |why |
//   +---------------+----+
import { ProtocolError } from "../errors.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** Numbers of the reasons by name. */
export const withdrawReasons = { cancelled: 0, changed: 1, unreadable: 2 } as const;

/** cancelled: its user says so; changed: the file was changed meanwhile; unreadable: it cannot be read any more. */
export type WithdrawReason = keyof typeof withdrawReasons;

const reasons = Object.keys(withdrawReasons) as WithdrawReason[];

/** A file will not come. */
export interface FileWithdrawMessage {
  readonly type: "file-withdraw";
  /** As it was offered. */
  readonly id: number;
  readonly reason: WithdrawReason;
}

/** file-withdraw, 0x95. */
export const fileWithdraw: MessageDefinition<FileWithdrawMessage> = {
  type: "file-withdraw",
  typeId: 0x95,
  scope: "network",
  minPayloadBytes: 5,
  maxPayloadBytes: 5,
  flagsMask: 0,
  track: "none",

  serialize({ id, reason }) {
    return startMessage(this, { payloadBytes: 5 }).u32(id).u8(withdrawReasons[reason]).finish();
  },

  parse(_header, payload) {
    const id = payload.u32();
    const number = payload.u8();
    const reason = reasons.find((name) => withdrawReasons[name] === number);
    if (reason === undefined) throw new ProtocolError("bad-value", `a file cannot be withdrawn for reason ${number}`);
    return { type: "file-withdraw", id, reason };
  },
};
