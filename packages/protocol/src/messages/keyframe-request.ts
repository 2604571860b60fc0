// keyframe-request: the receiver cannot decode until the next keyframe and wants one soon.
//
//    0    1
//   +----+
//   |reas|
//   +----+
import { ProtocolError } from "../errors.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** Numbers of the reasons by name. */
export const keyframeReasons = { joined: 1, undecodable: 2, gap: 3 } as const;

/** Why a keyframe is wanted: the receiver has just joined, could not decode a packet, or misses one. */
export type KeyframeReason = keyof typeof keyframeReasons;

const reasons = Object.keys(keyframeReasons) as KeyframeReason[];

/** The receiver needs a keyframe. */
export interface KeyframeRequestMessage {
  readonly type: "keyframe-request";
  /** 1–65535. */
  readonly track: number;
  /** Why; for the log. */
  readonly reason: KeyframeReason;
}

/** keyframe-request, 0x14. */
export const keyframeRequest: MessageDefinition<KeyframeRequestMessage> = {
  type: "keyframe-request",
  typeId: 0x14,
  scope: "network",
  minPayloadBytes: 1,
  maxPayloadBytes: 1,
  flagsMask: 0,
  track: "required",

  serialize({ track, reason }) {
    return startMessage(this, { payloadBytes: 1, track }).u8(keyframeReasons[reason]).finish();
  },

  parse(header, payload) {
    const id = payload.u8();
    const reason = reasons.find((name) => keyframeReasons[name] === id);
    if (reason === undefined) throw new ProtocolError("bad-value", `a keyframe is requested for reason ${id}`);
    return { type: "keyframe-request", track: header.track, reason };
  },
};
