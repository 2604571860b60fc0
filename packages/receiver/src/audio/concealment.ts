// Fills gaps in the sound with what was before, after ITU-T G.711 Appendix I: the last period is repeated and fades out, and what comes after
// the gap fades in over it. For decoders that do not conceal: FFmpeg's of Opus does not.

import { crossFade } from "./cross-fade.ts";
import { findPeriod, maxPeriodSamples, windowSamples } from "./pitch-period.ts";

/** After the first 10 ms a repeated sound begins to buzz: it fades out until 60 ms (G.711 Appendix I, I.2.7). */
const holdSamples = 480;
const silentSamples = 2_880;
/** What comes after a gap fades in over this: 5 ms. */
const fadeInSamples = 240;
/** A repeated period does not begin where the sound ended: the step between them is evened out over this. */
const stepSamples = 120;

/** Conceals the gaps of one stream. */
export class Concealment {
  #past = new Float32Array(maxPeriodSamples + windowSamples);
  #period: Float32Array = new Float32Array(0);
  #step = 0;
  #concealedSamples = 0;

  /**
   * Takes sound that came, and gives it as it is to be played: after a gap, faded in.
   * @param block - 48 kHz; not kept
   * @param continuous - whether it follows the block before
   */
  take(block: Float32Array, continuous: boolean): Float32Array {
    let sound = block;
    if (!continuous) {
      const length = Math.min(fadeInSamples, block.length);
      sound = block.slice();
      sound.set(crossFade(this.#continued(length), block.subarray(0, length), 1));
    }
    this.#concealedSamples = 0;
    this.#remember(sound);
    return sound;
  }

  /** Gives this many samples in place of those that are missing. */
  conceal(samples: number): Float32Array {
    const sound = this.#continued(samples);
    this.#concealedSamples += samples;
    return sound;
  }

  /** What follows the sound so far, if it goes on repeating itself. */
  #continued(samples: number): Float32Array {
    const start = this.#concealedSamples;
    if (start >= silentSamples) return new Float32Array(samples);
    if (start === 0) {
      const period = findPeriod(this.#past, this.#past.length - windowSamples, -1).samples;
      this.#period = this.#past.slice(-period);
      this.#step = (this.#past.at(-1) ?? 0) - (this.#past.at(-period - 1) ?? 0);
      smoothSeam(this.#period, this.#past.subarray(-period - this.#period.length / 4, -period));
    }
    return Float32Array.from({ length: samples }, (_, n) => {
      const at = start + n;
      const fadedOut = Math.min(Math.max((at - holdSamples) / (silentSamples - holdSamples), 0), 1);
      const step = at < stepSamples ? this.#step * (0.5 + 0.5 * Math.cos((Math.PI * at) / stepSamples)) : 0;
      return ((this.#period[at % this.#period.length] ?? 0) + step) * (1 - fadedOut);
    });
  }

  #remember(sound: Float32Array): void {
    const kept = Math.max(this.#past.length - sound.length, 0);
    this.#past.copyWithin(0, this.#past.length - kept);
    this.#past.set(sound.subarray(-this.#past.length), kept);
  }
}

/** Makes the end of a period lead to its own beginning: it fades into what was before that. */
function smoothSeam(period: Float32Array, before: Float32Array): void {
  const at = period.length - before.length;
  period.set(crossFade(period.subarray(at), before, 1), at);
}
