// How far the other end's clock is from ours, from pings: NTP's four timestamps (RFC 5905, section 8). Latency between two
// computers can only be told with it, and is shown with its error bound.
import { type Micros, micros } from "./clock.ts";

/** The four instants of one ping. Both of ours are on our clock, both of theirs on theirs. */
export interface ClockSample {
  /** Ours: the ping was sent (T1). */
  readonly sentUs: Micros;
  /** Theirs: the ping arrived (T2). */
  readonly receivedUs: Micros;
  /** Theirs: the pong was sent (T3). */
  readonly repliedUs: Micros;
  /** Ours: the pong arrived (T4). */
  readonly returnedUs: Micros;
}

/** What is known about the other end's clock. */
export interface ClockEstimate {
  /** Added to an instant of our clock it gives the instant of theirs. */
  readonly offsetUs: number;
  /** The offset is wrong by no more than this: half the round trip, when all of it was on one way, plus what clocks may have drifted since. */
  readonly errorUs: number;
  /** Round trip of the sample in use, without the time that the other end took to answer. */
  readonly rttUs: number;
}

/** Two quartz clocks may drift apart by this (RFC 5905's PHI is 15 ppm; cheap laptops do worse). */
const driftPpm = 50;
const maxSamples = 16;
const maxAgeUs = 60_000_000;

interface KeptSample extends ClockEstimate {
  readonly atUs: Micros;
}

/**
 * The clock filter: of the last 16 samples of the last minute the one with the smallest error bound wins, because delay
 * only ever adds to a sample's error (Mills, "Computer Network Time Synchronization", 3.7).
 */
export class ClockOffset {
  #samples: KeptSample[] = [];

  /** Takes a ping that was answered. One whose instants cannot be (a round trip below zero) is left out. */
  add(sample: ClockSample): void {
    const { sentUs, receivedUs, repliedUs, returnedUs } = sample;
    const rttUs = returnedUs - sentUs - (repliedUs - receivedUs);
    if (rttUs < 0 || repliedUs < receivedUs) return;
    const offsetUs = Math.round((receivedUs - sentUs + (repliedUs - returnedUs)) / 2);
    this.#samples = this.#samples.filter((kept) => returnedUs - kept.atUs < maxAgeUs).slice(1 - maxSamples);
    this.#samples.push({ atUs: returnedUs, offsetUs, errorUs: rttUs / 2, rttUs });
  }

  /** The best estimate at this instant of our clock; undefined before the first pong. */
  estimate(nowUs: Micros): ClockEstimate | undefined {
    let best: ClockEstimate | undefined;
    for (const { atUs, offsetUs, rttUs } of this.#samples) {
      const errorUs = Math.ceil(rttUs / 2 + (Math.max(0, nowUs - atUs) * driftPpm) / 1_000_000);
      if (best === undefined || errorUs <= best.errorUs) best = { offsetUs, errorUs, rttUs };
    }
    return best;
  }
}

/** The instant on the other end's clock at this instant of ours. */
export function toTheirClock(ourUs: Micros, clock: ClockEstimate): Micros {
  return micros(ourUs + clock.offsetUs);
}

/** The instant on our clock at this instant of theirs. */
export function toOurClock(theirUs: Micros, clock: ClockEstimate): Micros {
  return micros(theirUs - clock.offsetUs);
}
