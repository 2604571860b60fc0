// Why a recording cannot be made, or ended before it was to: sentences for the user.

import { constants } from "node:os";

/** What a caller may act on. */
export type RecordingErrorCode = "file-exists" | "not-writable" | "disk-full" | "disk-failed" | "unknown-format" | "no-picture";

/** A recording, or a snapshot, that cannot be made. Its message is a sentence for the user. */
export class RecordingError extends Error {
  override readonly name = "RecordingError";
  readonly code: RecordingErrorCode;

  constructor(code: RecordingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** What the system's error means for the file at `path`. */
  static of(path: string, systemCode: string, cause: unknown): RecordingError {
    const { code, message } = meaningOf(path, systemCode, cause);
    return new RecordingError(code, message, { cause });
  }
}

function meaningOf(path: string, systemCode: string, cause: unknown): { readonly code: RecordingErrorCode; readonly message: string } {
  switch (systemCode) {
    case "EEXIST":
      return { code: "file-exists", message: `There is a file ${path} already, and it is left as it is. Give another name.` };
    case "ENOENT":
      return { code: "not-writable", message: `The folder of ${path} does not exist. Make it, or give another one.` };
    case "EACCES":
    case "EPERM":
    case "EROFS":
    case "EISDIR":
      return { code: "not-writable", message: `${path} cannot be written: this user may not. Give another folder.` };
    case "ENOSPC":
    case "EDQUOT":
      return { code: "disk-full", message: `There is no room for ${path}. Free some, or give a folder on another disk.` };
    default: {
      const why = cause instanceof Error ? cause.message : String(cause);
      return { code: "disk-failed", message: `${path} cannot be written (${why}). Is the disk still there?` };
    }
  }
}

/** The system's name of an error: Node's own, or FFmpeg's negative number. */
export function systemErrorCode(error: unknown): string {
  if (typeof error === "number") return Object.entries(constants.errno).find(([, number]) => number === -error)?.[0] ?? "";
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}
