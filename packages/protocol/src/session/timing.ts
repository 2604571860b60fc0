// The session's times in one place, each with its reason, so that tests can run a call's lifetime in milliseconds.
import {
  deadAfterMs,
  heartbeatIntervalMs,
  openingTimeoutMs,
  reconnectingAfterMs,
  reconnectMaxDelayMs,
  reconnectMinDelayMs,
  textRetentionMs,
} from "../limits.ts";

/** Times of a session, in milliseconds. */
export interface SessionTiming {
  /** Between pings. */
  readonly heartbeatMs: number;
  /** Between the first pings of a connection, of which there are {@link firstPings}: the clock offset is wanted soon. */
  readonly firstHeartbeatMs: number;
  /** Silence that the user is shown. */
  readonly silentAfterMs: number;
  /** Silence after which the connection is given up, at both ends. */
  readonly deadAfterMs: number;
  /** From a secured channel to live. */
  readonly openingMs: number;
  /** Until TCP answers. */
  readonly connectMs: number;
  /** Shortest and longest ceiling of the random pause between two attempts. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** How long the listener keeps a session whose connection was lost. */
  readonly resumeMs: number;
  /** How long texts wait in an outage before they are reported undelivered. */
  readonly textMs: number;
  /** How long a connection that was said goodbye to may take to end. */
  readonly lingerMs: number;
}

/** Pings sent in quick succession when a connection becomes live. */
export const firstPings = 5;

/** The times of real sessions. */
export const defaultTiming: SessionTiming = {
  heartbeatMs: heartbeatIntervalMs,
  firstHeartbeatMs: 200,
  silentAfterMs: reconnectingAfterMs,
  deadAfterMs,
  openingMs: openingTimeoutMs,
  // The system repeats its SYN after 1 s and then after 3 s: after 2 s a new attempt finds a healed link sooner.
  connectMs: 2_000,
  retryMinMs: reconnectMinDelayMs,
  retryMaxMs: reconnectMaxDelayMs,
  // Twice the longest outage that a call has to survive (60 s), because single-use invites let nobody in a second time.
  resumeMs: 120_000,
  textMs: textRetentionMs,
  lingerMs: 1_000,
};

/** An outage's part that may pass until the next attempt: at 60 s of outage at most 1 s, so that a healed link is used at once. */
const outagePart = 1 / 60;

/**
 * The pause before the next attempt: full jitter ("Exponential Backoff And Jitter", AWS Architecture Blog) under a ceiling
 * that grows with the outage.
 * @param outageMs - how long there has been no connection
 * @param random - in [0, 1)
 */
export function retryDelayMs(timing: SessionTiming, outageMs: number, random: number): number {
  const ceiling = Math.min(timing.retryMaxMs, Math.max(timing.retryMinMs, outageMs * outagePart));
  return ceiling * random;
}
