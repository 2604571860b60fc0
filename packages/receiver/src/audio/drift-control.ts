// How fast sound is played so that its delay neither grows nor shrinks: the sender's sound card and ours never run at the same rate.

import type { Micros } from "@simple-video-chat/protocol";

/** Cards are within 100 ppm of the truth, cheap ones within 200: two of them 400 apart. A pitch that is 0.05 % off nobody hears. */
const maxDrift = 500e-6;
/** Time in which an error of the delay is corrected: long enough that nobody hears the pitch follow the noise of the arrivals. */
const settlingS = 20;
/** The delay is known to a block of 10 ms; this averages over some seconds of them. */
const averagingS = 2;
/** Larger errors are time-stretching's, and teach nothing about the clocks. */
const maxErrorUs = 25_000;

/** Controls one stream; the speed is for a SincResampler. */
export class DriftControl {
  #lastUs: Micros | undefined;
  #errorUs = 0;
  /** The difference between the cards, as far as it is known. */
  #drift = 0;

  /**
   * Takes the delay of the sound that was pulled.
   * @param errorUs - by how much it is above the target
   * @returns the speed: above 1 it takes more sound than it gives, and the delay falls
   */
  update(errorUs: number, nowUs: Micros): number {
    const stepS = Math.min((nowUs - (this.#lastUs ?? nowUs)) / 1e6, 1);
    this.#lastUs = nowUs;
    if (Math.abs(errorUs) <= maxErrorUs) {
      this.#errorUs += (errorUs - this.#errorUs) * Math.min(stepS / averagingS, 1);
      // A critically damped loop of second order: the error itself, and its sum for what stays.
      this.#drift = clamp(this.#drift + (this.#errorUs * 1e-6 * stepS) / settlingS ** 2);
    }
    return 1 + clamp(this.#drift + (2 * this.#errorUs * 1e-6) / settlingS);
  }

  /** How much faster the sender's card runs than ours, as far as it is known. */
  get drift(): number {
    return this.#drift;
  }
}

function clamp(drift: number): number {
  return Math.min(Math.max(drift, -maxDrift), maxDrift);
}
