// Why the legacy bridge cannot listen.

/**
 * - `address-in-use`: another program listens there
 * - `address-unavailable`: the address is not one of this computer
 * - `permission-denied`: ports below 1024 need more rights
 * - `host-unknown`: the name has no address
 * - `listen-failed`: anything else; see `cause`
 */
export type LegacyServerErrorCode = "address-in-use" | "address-unavailable" | "permission-denied" | "host-unknown" | "listen-failed";

/** The legacy bridge could not listen. Its message is a sentence for the user. */
export class LegacyServerError extends Error {
  override readonly name = "LegacyServerError";
  readonly code: LegacyServerErrorCode;

  constructor(code: LegacyServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What a failed listen means, from Node's error. */
export function listenError(error: Error, host: string, port: number): LegacyServerError {
  const [code, reason] = meaning("code" in error ? String(error.code) : "");
  return new LegacyServerError(code, `Cannot listen on ${host}:${port}: ${reason}.`, { cause: error });
}

function meaning(systemCode: string): readonly [LegacyServerErrorCode, string] {
  switch (systemCode) {
    case "EADDRINUSE":
      return ["address-in-use", "another program uses that port; stop it or choose another port"];
    case "EADDRNOTAVAIL":
      return ["address-unavailable", "this computer does not have that address; use 127.0.0.1 or one of its own"];
    case "EACCES":
      return ["permission-denied", "not allowed; choose a port from 1024 up"];
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return ["host-unknown", "that name has no address"];
    default:
      return ["listen-failed", systemCode === "" ? "the system refused" : `the system says ${systemCode}`];
  }
}
