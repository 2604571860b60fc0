// Decides whether a picture is too old to be shown: what happened long ago must not pass for what happens now.

import type { ClockEstimate, Micros } from "@simple-video-chat/protocol";

/** Nothing older is shown, µs. Two people who talk with a longer delay begin to interrupt each other (ITU-T G.114: 400 ms, and a margin). */
const maxAgeUs = 500_000;
/** What there is beside the way itself where that alone takes long (a satellite: 300 ms), µs: twice the default latency budget. */
const maxDetainedUs = 400_000;
/** What converting and drawing may still take, µs. The age is judged before. */
const drawingUs = 20_000;

/** How old a picture may be when its display begins, µs. */
export function ageLimitUs({ rttUs, errorUs }: ClockEstimate): number {
  // The shortest way is as long as half the round trip, and looks longer by as much as the clock is wrong.
  const longestWayUs = rttUs / 2 + errorUs;
  return Math.max(maxAgeUs, longestWayUs + maxDetainedUs) - drawingUs;
}

/**
 * Whether a picture may not be shown any more.
 *
 * @param captureUs - on the sender's clock
 * @param nowUs - on ours
 * @param clock - undefined: the sender's clock is not known yet, and nothing is too old
 */
export function isTooOld(captureUs: Micros, nowUs: Micros, clock: ClockEstimate | undefined): boolean {
  return clock !== undefined && nowUs + clock.offsetUs - captureUs > ageLimitUs(clock);
}
