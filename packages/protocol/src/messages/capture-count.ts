// capture-count: a capture engine's counters, so that the network process can close the account. Only on the pipe.
//
//    0               4               8               12
//   +---------------+---------------+---------------+
//   | frame         | notEncoded    | encoderDropped|
//   +---------------+---------------+---------------+
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** How many frames were captured and did not become packets, since the engine began the track. */
export interface CaptureCountMessage {
  readonly type: "capture-count";
  /** 1–65535. */
  readonly track: number;
  /** The last frame captured; 0: none. */
  readonly frame: number;
  /** Frames that a newer one replaced before there was a credit. */
  readonly notEncoded: number;
  /** Frames that the encoder left out. */
  readonly encoderDropped: number;
}

/** capture-count, 0x63. */
export const captureCount: MessageDefinition<CaptureCountMessage> = {
  type: "capture-count",
  typeId: 0x63,
  scope: "engine",
  minPayloadBytes: 12,
  maxPayloadBytes: 12,
  flagsMask: 0,
  track: "required",

  serialize({ track, frame, notEncoded, encoderDropped }) {
    return startMessage(this, { payloadBytes: 12, track }).u32(frame).u32(notEncoded).u32(encoderDropped).finish();
  },

  parse(header, payload) {
    return {
      type: "capture-count",
      track: header.track,
      frame: payload.u32(),
      notEncoded: payload.u32(),
      encoderDropped: payload.u32(),
    };
  },
};
