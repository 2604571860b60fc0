// Leaves out pictures that come faster than was asked for.

/** A picture this much early counts as in time: cameras and timers are not exact. A quarter of the period at 60 Hz. */
const earlyToleranceUs = 4000;

/** Decides picture by picture, by their capture times. */
export class FrameRateLimit {
  /** Hz; may be changed at any time. */
  maxFrameRate: number;
  #nextDueUs = 0;

  /** @param maxFrameRate Hz */
  constructor(maxFrameRate: number) {
    this.maxFrameRate = maxFrameRate;
  }

  /** Whether the picture captured then is one too many. */
  isTooSoon(captureUs: number): boolean {
    if (captureUs < this.#nextDueUs - earlyToleranceUs) return true;
    this.#nextDueUs = Math.max(this.#nextDueUs + 1_000_000 / this.maxFrameRate, captureUs);
    return false;
  }
}
