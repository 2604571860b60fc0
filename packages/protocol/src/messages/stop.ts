// stop: the receiver wants no more of a track, and its final account. A receiver that leaves says so first, so that the account
// of its frames closes on both ends; then it closes the connection. Empty payload.
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** Asks the sender to end a track with its final account. */
export interface StopMessage {
  readonly type: "stop";
  /** 1–65535. */
  readonly track: number;
}

/** stop, 0x16. */
export const stop: MessageDefinition<StopMessage> = {
  type: "stop",
  typeId: 0x16,
  scope: "network",
  minPayloadBytes: 0,
  maxPayloadBytes: 0,
  flagsMask: 0,
  track: "required",

  serialize({ track }) {
    return startMessage(this, { payloadBytes: 0, track }).finish();
  },

  parse(header) {
    return { type: "stop", track: header.track };
  },
};
