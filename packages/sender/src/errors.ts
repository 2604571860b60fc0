// The errors of the sender that a caller can act on.

import type { FilterErrorCode } from "@simple-video-chat/protocol/engine";

const sourceErrorCodes = [
  "camera-missing",
  "camera-busy",
  "camera-lost",
  "file-missing",
  "not-a-video",
  "url-unreachable",
  "screen-missing",
  "screen-lost",
  "source-unknown",
] as const;

/** Why a source of pictures cannot be used. */
export type SourceErrorCode = (typeof sourceErrorCodes)[number];

/** Whether a code is that of a source, and not of an encoder or an engine. */
export function isSourceErrorCode(code: string): code is SourceErrorCode {
  return sourceErrorCodes.some((known) => known === code);
}

/** A source that could not be opened, or that stopped giving pictures. Its message is a sentence for the user. */
export class SourceError extends Error {
  override readonly name = "SourceError";
  readonly code: SourceErrorCode;

  constructor(code: SourceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const recoverable: ReadonlySet<string> = new Set<SourceErrorCode>([
  "camera-missing",
  "camera-busy",
  "camera-lost",
  "screen-missing",
  "screen-lost",
]);

/** Whether a source that failed so may come back by itself: a camera is plugged in again, another program lets it go. */
export function isRecoverable(code: string): boolean {
  return recoverable.has(code);
}

/**
 * Whether trouble of this code means that there never was a picture: the source or the encoder could not be opened. Otherwise it was lost
 * on the way.
 */
export function isFailureToStart(code: string): boolean {
  return failuresToStart.has(code);
}

const failuresToStart: ReadonlySet<string> = new Set<SourceErrorCode | FilterErrorCode | EncoderErrorCode>([
  "file-missing",
  "not-a-video",
  "url-unreachable",
  "source-unknown",
  "filter-missing",
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
