// credit: the network process lets the encoder make this many more packets. Only on the pipe to a capture engine.
//
//    0        2        4                8
//   +--------+--------+----------------+
//   | packets| 0      |targetBitrateBps|
//   +--------+--------+----------------+
import { ProtocolError } from "../errors.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** There is room for more packets. */
export interface CreditMessage {
  readonly type: "credit";
  /** 1–65535. */
  readonly track: number;
  /** How many more packets may be encoded, on top of what was granted before. */
  readonly packets: number;
  /** What the encoder should aim at from now on, in bits a second; 0: as before. */
  readonly targetBitrateBps: number;
}

/** credit, 0x61. */
export const credit: MessageDefinition<CreditMessage> = {
  type: "credit",
  typeId: 0x61,
  scope: "engine",
  minPayloadBytes: 8,
  maxPayloadBytes: 8,
  flagsMask: 0,
  track: "required",

  serialize({ track, packets, targetBitrateBps }) {
    return startMessage(this, { payloadBytes: 8, track }).u16(packets).u16(0).u32(targetBitrateBps).finish();
  },

  parse(header, payload) {
    const packets = payload.u16();
    if (payload.u16() !== 0) throw new ProtocolError("bad-value", "a reserved field is not 0");
    return { type: "credit", track: header.track, packets, targetBitrateBps: payload.u32() };
  },
};
