// Why a connection ends, as a number on the wire and a name everywhere else. docs/protocol.md lists the same table.

/** Close codes by name: 0–15 are ordinary ends, 16–31 say that the other end broke the protocol, from 32 on that this end failed. */
export const closeCodes = {
  normal: 0,
  "going-away": 1,
  replaced: 2,
  refused: 3,
  revoked: 4,
  busy: 5,
  "time-limit": 6,
  "bad-magic": 16,
  "no-common-version": 17,
  "unknown-message": 18,
  malformed: 19,
  "too-large": 20,
  "illegal-state": 21,
  "transcript-mismatch": 22,
  "rate-exceeded": 23,
  timeout: 24,
  "bad-media": 25,
  "engine-failed": 32,
  internal: 33,
  /** What a number that this version does not know is read as. Not sent on purpose. */
  unknown: 0xffff,
} as const;

/** Name of a close code. */
export type CloseCode = keyof typeof closeCodes;

const names: ReadonlyMap<number, CloseCode> = new Map((Object.keys(closeCodes) as CloseCode[]).map((name) => [closeCodes[name], name]));

/** The name of a close code from the network; "unknown" for numbers of a newer version, which are no error. */
export function closeCodeName(value: number): CloseCode {
  return names.get(value) ?? "unknown";
}
