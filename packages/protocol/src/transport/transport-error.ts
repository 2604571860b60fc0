// What can go wrong between two computers before and below the messages: the codes a caller can act on.

/**
 * - `refused`: the other end answered and authentication failed, at either end;
 * - `unreachable`: nothing listens there, or no route;
 * - `timeout`: no answer in time;
 * - `lost`: the connection was cut while it was being secured;
 * - `host-not-found`: the name has no address;
 * - `address-in-use`, `address-not-available`, `permission-denied`: the place to listen at cannot be had;
 * - `aborted`: the caller gave up.
 */
export type TransportErrorCode =
  | "refused"
  | "unreachable"
  | "timeout"
  | "lost"
  | "host-not-found"
  | "address-in-use"
  | "address-not-available"
  | "permission-denied"
  | "aborted";

/** A connection or a listening place could not be had, or a connection was lost. `cause` is the system's error. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const codesOfSystemErrors: Readonly<Record<string, TransportErrorCode>> = {
  EADDRINUSE: "address-in-use",
  EADDRNOTAVAIL: "address-not-available",
  EACCES: "permission-denied",
  EPERM: "permission-denied",
  ENOTFOUND: "host-not-found",
  EAI_AGAIN: "host-not-found",
  EAI_NODATA: "host-not-found",
  EAI_NONAME: "host-not-found",
  ECONNREFUSED: "unreachable",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  EHOSTDOWN: "unreachable",
  ENETDOWN: "unreachable",
  ETIMEDOUT: "timeout",
  ECONNRESET: "lost",
  EPIPE: "lost",
};

/** The `code` of a system's or OpenSSL's error, or "" when it has none. */
export function systemCode(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return "";
}

/** The TransportError that says what a socket's error means; `fallback` when its code is not known. */
export function toTransportError(error: unknown, place: string, fallback: TransportErrorCode): TransportError {
  if (error instanceof TransportError) return error;
  const system = systemCode(error);
  const code = codesOfSystemErrors[system] ?? fallback;
  return new TransportError(code, `${place}: ${code}${system === "" ? "" : ` (${system})`}`, { cause: error });
}
