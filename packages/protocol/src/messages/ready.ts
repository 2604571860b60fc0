// ready: the second message of both ends; which version was chosen, and proof that both saw the same two hellos.
//
//    0        2                                 34
//   +--------+---------------------------------+
//   | version| transcript                      |
//   +--------+---------------------------------+
import { startMessage, type MessageDefinition } from "./message-definition.ts";

/** Bytes of a transcript. */
export const transcriptBytes = 32;

/** Second message of both ends. */
export interface ReadyMessage {
  readonly type: "ready";
  /** The version spoken from now on. */
  readonly version: number;
  /** SHA-256 of the dialer's hello and then the listener's, headers included; 32 bytes, owned by the message. */
  readonly transcript: Uint8Array;
}

/** ready, 0x02. */
export const ready: MessageDefinition<ReadyMessage> = {
  type: "ready",
  typeId: 0x02,
  scope: "network",
  minPayloadBytes: 2 + transcriptBytes,
  maxPayloadBytes: 2 + transcriptBytes,
  flagsMask: 0,
  track: "none",

  serialize({ version, transcript }) {
    return startMessage(this, { payloadBytes: 2 + transcript.byteLength })
      .u16(version)
      .bytes(transcript)
      .finish();
  },

  parse(_header, payload) {
    return { type: "ready", version: payload.u16(), transcript: payload.bytes(transcriptBytes).slice() };
  },
};
