// account: what became of a run of captured frames on the sender's side, so that the receiver can close the sum to 0.
//
//    0               4               8               12              16              20              24
//   +---------------+---------------+---------------+---------------+---------------+---------------+
//   | firstFrame    | lastFrame     | notEncoded    | encoderDropped| notSent       | sent          |   flags bit 0: final
//   +---------------+---------------+---------------+---------------+---------------+---------------+
import { ProtocolError } from "../errors.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

const flagFinal = 0b1;

/** What became of the frames from `firstFrame` to `lastFrame`: each is in exactly one of the four counters. */
export interface AccountMessage {
  readonly type: "account";
  /** 1–65535. */
  readonly track: number;
  /** Whether the sender will send no more of this track. */
  readonly final: boolean;
  /** First frame accounted for; 0, like `lastFrame` and the counters: none was captured. */
  readonly firstFrame: number;
  /** Last frame accounted for. */
  readonly lastFrame: number;
  /** There was no credit to encode it, and a newer frame took its place. */
  readonly notEncoded: number;
  /** The encoder left it out. */
  readonly encoderDropped: number;
  /** Encoded, but this receiver had no room for it or still waited for its keyframe. */
  readonly notSent: number;
  /** Sent whole. */
  readonly sent: number;
}

/** account, 0x15. */
export const account: MessageDefinition<AccountMessage> = {
  type: "account",
  typeId: 0x15,
  scope: "network",
  minPayloadBytes: 24,
  maxPayloadBytes: 24,
  flagsMask: flagFinal,
  track: "required",

  serialize(message) {
    if (!isBalanced(message)) throw new RangeError("an account whose counters do not sum up to its frames");
    return startMessage(this, { payloadBytes: 24, flags: message.final ? flagFinal : 0, track: message.track })
      .u32(message.firstFrame)
      .u32(message.lastFrame)
      .u32(message.notEncoded)
      .u32(message.encoderDropped)
      .u32(message.notSent)
      .u32(message.sent)
      .finish();
  },

  parse(header, payload) {
    const message: AccountMessage = {
      type: "account",
      track: header.track,
      final: (header.flags & flagFinal) !== 0,
      firstFrame: payload.u32(),
      lastFrame: payload.u32(),
      notEncoded: payload.u32(),
      encoderDropped: payload.u32(),
      notSent: payload.u32(),
      sent: payload.u32(),
    };
    if (!isBalanced(message)) throw new ProtocolError("bad-value", "an account's counters do not sum up to its frames");
    return message;
  },
};

function isBalanced({ firstFrame, lastFrame, notEncoded, encoderDropped, notSent, sent }: AccountMessage): boolean {
  const counted = notEncoded + encoderDropped + notSent + sent;
  if (firstFrame === 0) return lastFrame === 0 && counted === 0;
  return lastFrame >= firstFrame && counted === lastFrame - firstFrame + 1;
}
