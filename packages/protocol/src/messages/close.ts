// close: the last message of an end; why it leaves.
//
//    0        2
//   +--------+------------------------------+
//   | code   | reason, UTF-8, ≤ 512 bytes   |
//   +--------+------------------------------+
import { maxReasonBytes } from "../limits.ts";
import { checkClean, cleanText, truncateUtf8 } from "./clean-text.ts";
import { closeCodeName, closeCodes, type CloseCode } from "./close-code.ts";
import { startMessage, type MessageDefinition } from "./message-definition.ts";

const oneLine = { lines: false } as const;
const encoder = new TextEncoder();

/** Why the connection ends. Nothing follows it. */
export interface CloseMessage {
  readonly type: "close";
  /** For programs. */
  readonly code: CloseCode;
  /** For people; one line, may be empty. When written it is cleaned and cut to 512 bytes: saying why must never fail. */
  readonly reason: string;
}

/** close, 0x05. */
export const close: MessageDefinition<CloseMessage> = {
  type: "close",
  typeId: 0x05,
  scope: "network",
  minPayloadBytes: 2,
  maxPayloadBytes: 2 + maxReasonBytes,
  flagsMask: 0,
  track: "none",

  serialize({ code, reason }) {
    const bytes = encoder.encode(truncateUtf8(cleanText(reason, oneLine), maxReasonBytes));
    return startMessage(this, { payloadBytes: 2 + bytes.byteLength })
      .u16(closeCodes[code])
      .bytes(bytes)
      .finish();
  },

  parse(_header, payload) {
    return { type: "close", code: closeCodeName(payload.u16()), reason: checkClean(payload.restUtf8(), oneLine) };
  },
};
