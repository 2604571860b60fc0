// The errors of the receiver that a caller can act on.

/** Why a packet could not be decoded. */
export type DecodeErrorCode = "decoder-missing" | "undecodable" | "wrong-size";

/** A packet that is not what its track announced, or a codec without a decoder. The track goes on with its next keyframe. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
  readonly code: DecodeErrorCode;

  constructor(code: DecodeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
