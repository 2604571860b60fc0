// The instants of a device's blocks: evenly spaced as its crystal makes them, held to measurements that are late whenever this process is.
import { type Micros, micros } from "../time/clock.ts";
import { blockUs } from "./sound.ts";

/** Share of a deviation that is believed. What comes early was measured well; what comes late may have waited for us. */
const earlyGain = 0.1;
/** Enough to follow a crystal that is 200 ppm slow within 1 ms. */
const lateGain = 0.002;
/** A deviation beyond this is no jitter, if it lasts: the device paused, or was changed. */
const jumpUs = 60_000;
/** So many blocks must all be late, half a second. */
const jumpBlocks = 50;

/** Turns measured instants of blocks that follow each other into steady ones. */
export class SteadyClock {
  #nextUs: number | undefined;
  #lateBlocks = 0;
  #leastLateUs = Infinity;

  /**
   * The instant of the next block, which was measured to be `measuredUs`.
   * @param earliestUs what it cannot be before, and the blocks after it go by: the device waited for us
   */
  next(measuredUs: number, earliestUs = 0): Micros {
    const expectedUs = this.#nextUs ?? measuredUs;
    const atUs = Math.max(expectedUs + this.#correction(measuredUs - expectedUs), earliestUs);
    this.#nextUs = atUs + blockUs;
    return micros(Math.round(atUs));
  }

  #correction(deviationUs: number): number {
    if (deviationUs < -jumpUs) return deviationUs;
    if (deviationUs < jumpUs) {
      this.#lateBlocks = 0;
      this.#leastLateUs = Infinity;
      return deviationUs * (deviationUs < 0 ? earlyGain : lateGain);
    }
    this.#leastLateUs = Math.min(this.#leastLateUs, deviationUs);
    if (++this.#lateBlocks < jumpBlocks) return 0;
    this.#lateBlocks = 0;
    return this.#leastLateUs;
  }
}
