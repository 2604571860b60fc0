// What can go wrong between two computers before and below the messages: the codes a caller can act on.

import { systemCode } from "../system-code.ts";

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

/** What happened at a place "host:port", and what to do next, in a sentence or two for the user. */
const sentences: Readonly<Record<TransportErrorCode, (place: string) => string>> = {
  refused: (place) =>
    `${place} did not accept the invite, key or contact: it is wrong, was used already, has expired or was withdrawn. Ask there for a new invite.`,
  unreachable: (place) => `${place} cannot be reached. Is that computer on and in the same network, and is the address right?`,
  timeout: (place) => `${place} does not answer. Is that computer on and in the same network, and does its firewall let this port through?`,
  lost: (place) => `${place} ended the connection before it was secured. Is it a Simple Video Chat that listens there?`,
  "host-not-found": (place) => `No computer is called ${hostOf(place)}. Check the spelling, or use its address.`,
  "address-in-use": (place) => `Another program listens at ${place} already. End that program, or listen at another port.`,
  "address-not-available": (place) =>
    `This computer does not have the address ${hostOf(place)}. Listen at an address of its own, or at 0.0.0.0 for all of them.`,
  "permission-denied": (place) => `The system does not let us use ${place}. Ports below 1024 are the administrator's: take a higher one.`,
  aborted: (place) => `The connection to ${place} was given up.`,
};

/** Where there is a host, but no program of ours: worth other words than "unreachable". */
const nobodyListens = "ECONNREFUSED";

/** The host in "host:port". */
function hostOf(place: string): string {
  return place.replace(/:\d+$/, "");
}

/** The TransportError of this code at a place, with its sentence for the user. */
export function transportError(code: TransportErrorCode, place: string, cause?: unknown): TransportError {
  const sentence =
    systemCode(cause) === nobodyListens
      ? `Nobody listens at ${place}. Has the other end been started, and is the address right?`
      : sentences[code](place);
  return new TransportError(code, sentence, { cause });
}

/** The TransportError that says what a socket's error means; `fallback` when its code is not known. */
export function toTransportError(error: unknown, place: string, fallback: TransportErrorCode): TransportError {
  if (error instanceof TransportError) return error;
  return transportError(codesOfSystemErrors[systemCode(error)] ?? fallback, place, error);
}
