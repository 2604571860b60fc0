// What can be wrong with bytes that claim to come from the original programs. Every refusal of this folder is one of these.

/**
 * Why bytes were refused.
 *
 * - `too-large`: the length header promises more than {@link LEGACY_MAX_PAYLOAD_BYTES}; most often not the original program at all
 * - `truncated`: the pickle ends in the middle of a value
 * - `malformed`: not a well-formed pickle of one picture
 * - `unsupported-protocol`: a pickle protocol other than 2, 3, 4 or 5
 * - `forbidden-opcode`: a pickle instruction that a pickled picture never contains
 * - `forbidden-global`: it names something other than the five names a pickled picture needs
 * - `unsupported-dtype`: an array whose numbers are not unsigned bytes
 * - `unsupported-shape`: not height × width × 3, or outside the size limits
 * - `unsupported-order`: pixels stored column by column (Fortran order)
 */
export type LegacyErrorCode =
  | "too-large"
  | "truncated"
  | "malformed"
  | "unsupported-protocol"
  | "forbidden-opcode"
  | "forbidden-global"
  | "unsupported-dtype"
  | "unsupported-shape"
  | "unsupported-order";

/** Bytes that are not a picture of the original programs; the connection they came on is of no further use. */
export class LegacyError extends Error {
  /** Stable; tests and callers switch on this, never on the text. */
  readonly code: LegacyErrorCode;

  constructor(code: LegacyErrorCode, message: string) {
    super(message);
    this.name = "LegacyError";
    this.code = code;
  }
}

/** The error for a pickle that is not one picture as numpy writes it. */
export function malformedPickle(detail: string): LegacyError {
  return new LegacyError("malformed", `the bytes are not a pickled picture: ${detail}`);
}
