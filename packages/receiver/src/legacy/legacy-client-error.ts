// How watching an original server can fail.

/**
 * - `host-unknown`: the name has no address
 * - `refused`: nothing listens there
 * - `unreachable`: no way there, or no answer in time
 * - `lost`: the connection broke
 * - `closed-in-picture`: the server closed in the middle of a picture
 * - `camera-failed`: the server's camera gave no picture (it sent None)
 * - `bad-bytes`: what came is not a picture; `cause` is the LegacyError that says why
 */
export type LegacyClientErrorCode =
  | "host-unknown"
  | "refused"
  | "unreachable"
  | "lost"
  | "closed-in-picture"
  | "camera-failed"
  | "bad-bytes";

/** The original server cannot be watched, or no longer. Its message is a sentence for the user. */
export class LegacyClientError extends Error {
  override readonly name = "LegacyClientError";
  readonly code: LegacyClientErrorCode;

  constructor(code: LegacyClientErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a failed connect means, from Node's error. */
export function connectError(error: Error, host: string, port: number): LegacyClientError {
  const place = `${host}:${port}`;
  const options = { cause: error };
  switch ("code" in error ? String(error.code) : "") {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return new LegacyClientError("host-unknown", `No computer is known by the name ${host}.`, options);
    case "ECONNREFUSED":
      return new LegacyClientError(
        "refused",
        `Nothing listens on ${place}: start the original server first, and check its address and port.`,
        options,
      );
    default:
      return new LegacyClientError(
        "unreachable",
        `${place} cannot be reached: check the address, and that both computers are on one network.`,
        options,
      );
  }
}
