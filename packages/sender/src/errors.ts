// The errors of the sender that a caller can act on.

/** Why a source of pictures cannot be used. */
export type SourceErrorCode =
  | "camera-missing"
  | "camera-busy"
  | "camera-lost"
  | "file-missing"
  | "not-a-video"
  | "url-unreachable"
  | "source-unknown";

/** A source that could not be opened, or that stopped giving pictures. Its message is a sentence for the user. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Whether trouble of this code means that there never was a picture: the source or the encoder could not be opened. Otherwise it was lost
 * on the way.
 */
export function isFailureToStart(code: string): boolean {
  return failuresToStart.has(code);
}

const failuresToStart: ReadonlySet<string> = new Set<SourceErrorCode | EncoderErrorCode>([
  "file-missing",
  "not-a-video",
  "url-unreachable",
  "source-unknown",
  "encoder-missing",
  "encoder-refused",
]);

/** Why an encoder cannot be used. */
export type EncoderErrorCode = "encoder-missing" | "encoder-refused" | "encode-failed";

/** An encoder that could not be opened, or that failed on a frame. */
export class EncoderError extends Error {
  override readonly name = "EncoderError";
  readonly code: EncoderErrorCode;

  constructor(code: EncoderErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
