// What the system calls an error.

/** The `code` of a system's or OpenSSL's error, or "" when it has none. */
export function systemCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "";
}
