// Why a file cannot be sent from here, or be kept here.

/**
 * missing, not-a-file, denied, unreadable: what is to be sent; changed: meanwhile; too-large: more than maxFileBytes; no-space, not-written: where
 * it is to be kept; damaged: what came is not what was offered.
 */
export type FileErrorCode =
  | "missing"
  | "not-a-file"
  | "denied"
  | "unreadable"
  | "changed"
  | "too-large"
  | "no-space"
  | "not-written"
  | "damaged";

/** A file cannot be sent, or kept. Its message is a sentence for the user. */
export class FileError extends Error {
  override readonly name = "FileError";
  readonly code: FileErrorCode;

  constructor(code: FileErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
