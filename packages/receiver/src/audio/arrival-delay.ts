// How late packets come, and so how long sound must be held for them. As WebRTC's NetEq does it (modules/audio_coding/neteq:
// relative_arrival_delay_tracker.cc, delay_manager.cc, histogram.cc): the delay of each packet over that of the fastest one of late,
// in a histogram that forgets; the target is its quantile.

import type { Micros } from "@simple-video-chat/protocol";

/** The fastest packet of this time is the measure of the others: long enough to hold one that met no queue, short enough to follow a new path. */
const baseLifeUs = 2_000_000;
const bucketUs = 5_000;
/**
 * The share of packets that are to be in time. NetEq takes 0.97; TCP hands over the packets of a stall in a falling row of delays, so that the
 * time lost is about the share of packets that come too late, and 2 % of it is what is allowed at 1 % of loss.
 */
const quantile = 0.985;
/** Arrivals are forgotten with this time constant. NetEq's, of 1.2 s, forgets a stall that comes once in 2 s. */
const memoryUs = 5_000_000;
/** Sound goes to the device in blocks of 10 ms, so that a packet may be asked for this much before it is due. */
const pullUs = 10_000;

/** Bounds of the target, µs: one packet at least, and at most what two people who talk do not take for a pause. */
export const minTargetUs = 20_000;
export const maxTargetUs = 200_000;
/** Before anything is known: most networks need less, and the first seconds of the others are short of 10 ms once or twice. */
const startTargetUs = 30_000;
/** Packets before the histogram is believed: half a second of those of 20 ms. */
const minPackets = 25;

/** Measures the arrival of one stream's packets. */
export class ArrivalDelay {
  /** Shares of packets by relative delay; the last bucket takes all that is beyond the greatest target. */
  readonly #shares = new Float64Array(maxTargetUs / bucketUs + 1);
  /** Way and clock offset of the packets that no later one undercut: rising values, oldest first. */
  readonly #ways: { readonly arrivedUs: Micros; readonly wayUs: number }[] = [];
  #packets = 0;
  #targetUs = startTargetUs;

  /** Takes the arrival of a packet of this duration; instants of the other machine's clock and of this one's. */
  add(captureUs: Micros, durationUs: number, arrivedUs: Micros): void {
    const wayUs = arrivedUs - captureUs;
    this.#keepFastest(wayUs, arrivedUs);
    const bucket = Math.min(Math.floor((wayUs - (this.baseUs ?? wayUs)) / bucketUs), this.#shares.length - 1);
    this.#packets += 1;
    // From the first packet on the shares sum to one: while there are few, each weighs the same.
    const forgetting = Math.min(Math.exp(-durationUs / memoryUs), 1 - 1 / this.#packets);
    for (let at = 0; at < this.#shares.length; at++) this.#shares[at] = (this.#shares[at] ?? 0) * forgetting;
    this.#shares[bucket] = (this.#shares[bucket] ?? 0) + 1 - forgetting;
    if (this.#packets >= minPackets) this.#targetUs = this.#measuredTargetUs();
  }

  /** The fastest packet's way of late plus the offset between the clocks; undefined before the first packet. */
  get baseUs(): number | undefined {
    return this.#ways[0]?.wayUs;
  }

  /** How long after the fastest packet's arrival sound should be played, µs. */
  get targetUs(): number {
    return this.#targetUs;
  }

  #keepFastest(wayUs: number, arrivedUs: Micros): void {
    while ((this.#ways.at(-1)?.wayUs ?? -Infinity) >= wayUs) this.#ways.pop();
    this.#ways.push({ arrivedUs, wayUs });
    while ((this.#ways[0]?.arrivedUs ?? Infinity) < arrivedUs - baseLifeUs) this.#ways.shift();
  }

  #measuredTargetUs(): number {
    let inTime = 0;
    const bucket = this.#shares.findIndex((share) => (inTime += share) >= quantile);
    const delayUs = bucket < 0 ? maxTargetUs : (bucket + 1) * bucketUs;
    return Math.min(Math.max(delayUs + pullUs, minTargetUs), maxTargetUs);
  }
}
