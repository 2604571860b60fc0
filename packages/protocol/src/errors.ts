// The one error thrown for anything the other end did wrong, from the parser up to the session.
// Each code says which close code the connection ends with; docs/protocol.md lists the close codes.
import type { CloseCode } from "./messages/close-code.ts";

/** What was wrong, and the close code sent for it. (Not `satisfies`: isolatedDeclarations; the constructor checks the values.) */
const closeCodeOf = {
  "bad-magic": "bad-magic",
  "unknown-message": "unknown-message",
  "too-large": "too-large",
  truncated: "malformed",
  "trailing-bytes": "malformed",
  "bad-flags": "malformed",
  "bad-track": "malformed",
  "bad-value": "malformed",
  "bad-utf8": "malformed",
  "unclean-text": "malformed",
  "bad-json": "malformed",
  "bad-capabilities": "malformed",
  "bad-picture-size": "bad-media",
  "too-many-tracks": "bad-media",
  "unannounced-track": "bad-media",
  "track-flood": "rate-exceeded",
  "frame-order": "bad-media",
  "chunk-order": "bad-media",
  "chunk-mismatch": "bad-media",
} as const;

/** Stable, documented names of everything a peer can do wrong. */
export type ProtocolErrorCode = keyof typeof closeCodeOf;

/** The peer broke the protocol. The connection is closed with `closeCode`; nothing after it is read. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  /** What was wrong. */
  readonly code: ProtocolErrorCode;
  /** What the other end is told. */
  readonly closeCode: CloseCode;

  /**
   * @param code - what was wrong
   * @param message - for people: what was expected and what came; never holds text of the peer's
   */
  constructor(code: ProtocolErrorCode, message: string) {
    super(message);
    this.code = code;
    this.closeCode = closeCodeOf[code];
  }
}
