// text: something a person wrote. Kept by its sender until a text-ack covers it, so that it survives a reconnect.
//
//    0               4
//   +---------------+------------------------------+
//   | id            | UTF-8, 1–4096 bytes          |
//   +---------------+------------------------------+
import { ProtocolError } from "../errors.ts";
import { maxTextBytes } from "../limits.ts";
import { checkClean, isClean } from "./clean-text.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

const anyLines = { lines: true } as const;
const encoder = new TextEncoder();

/** Something a person wrote. */
export interface TextMessage {
  readonly type: "text";
  /** Counts the texts of one end in a session, from 1; a repeated one is dropped by the receiver. */
  readonly id: number;
  /** Clean (see clean-text.ts), lines allowed, 1–4096 bytes of UTF-8. */
  readonly text: string;
}

/** text, 0x06. */
export const text: MessageDefinition<TextMessage> = {
  type: "text",
  typeId: 0x06,
  scope: "network",
  minPayloadBytes: 4 + 1,
  maxPayloadBytes: 4 + maxTextBytes,
  flagsMask: 0,
  track: "none",

  serialize(message) {
    if (!isClean(message.text, anyLines)) throw new RangeError("a text must be cleaned before it is sent: see cleanText");
    if (message.id === 0) throw new RangeError("texts are numbered from 1");
    const bytes = encoder.encode(message.text);
    return startMessage(this, { payloadBytes: 4 + bytes.byteLength })
      .u32(message.id)
      .bytes(bytes)
      .finish();
  },

  parse(_header, payload) {
    const id = payload.u32();
    if (id === 0) throw new ProtocolError("bad-value", "texts are numbered from 1");
    return { type: "text", id, text: checkClean(payload.restUtf8(), anyLines) };
  },
};
