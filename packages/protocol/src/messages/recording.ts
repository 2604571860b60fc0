// recording: whether this end records the call; sent when that changes, and on each new connection while it does. Whoever is recorded is to know.
//
//    0
//   +----+
//   |what|          bit 0: what comes from the other end; bit 1: what this end sends; 0: nothing is recorded (any more)
//   +----+
import { ProtocolError } from "../errors.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

const theirs = 0b01;
const ours = 0b10;

/** Whether the end that sends this records the call. Optional: an older end skips it. */
export interface RecordingMessage {
  readonly type: "recording";
  /** What comes from the other end, who gets this message, is recorded. */
  readonly theirs: boolean;
  /** What this end sends is recorded. */
  readonly ours: boolean;
}

/** recording, 0x98. */
export const recording: MessageDefinition<RecordingMessage> = {
  type: "recording",
  typeId: 0x98,
  scope: "network",
  minPayloadBytes: 1,
  maxPayloadBytes: 1,
  flagsMask: 0,
  track: "none",

  serialize(message) {
    return startMessage(this, { payloadBytes: 1 })
      .u8((message.theirs ? theirs : 0) | (message.ours ? ours : 0))
      .finish();
  },

  parse(_header, payload) {
    const what = payload.u8();
    if (what > (theirs | ours)) throw new ProtocolError("bad-value", "a recording has bits that are not defined");
    return { type: "recording", theirs: (what & theirs) !== 0, ours: (what & ours) !== 0 };
  },
};
