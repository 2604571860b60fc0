// Fills gaps in the sound with what was before, after ITU-T G.711 Appendix I: the last period is repeated and fades out, and what comes after
// the gap fades in over it. For decoders that do not conceal: FFmpeg's of Opus does not.

import type { ChannelCount } from "@simple-video-chat/protocol/sound";

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
  readonly #channels: ChannelCount;
  #past: Float32Array;
  #period: Float32Array = new Float32Array(0);
  /** From the end of the sound to what is repeated, of each channel. */
  #steps: readonly number[] = [];
  #concealedSamples = 0;

  constructor(channels: ChannelCount = 1) {
    this.#channels = channels;
    this.#past = new Float32Array((maxPeriodSamples + windowSamples) * channels);
  }

  /**
   * Takes sound that came, and gives it as it is to be played: after a gap, faded in.
   * @param block - 48 kHz; not kept
   * @param continuous - whether it follows the block before
   */
  take(block: Float32Array, continuous: boolean): Float32Array {
    let sound = block;
    if (!continuous) {
      const channels = this.#channels;
      const length = Math.min(fadeInSamples * channels, block.length);
      sound = block.slice();
      sound.set(crossFade(this.#continued(length / channels), block.subarray(0, length), 1, channels));
    }
    this.#concealedSamples = 0;
    this.#remember(sound);
    return sound;
  }

  /** Gives this many samples of each channel in place of those that are missing. */
  conceal(samples: number): Float32Array {
    const sound = this.#continued(samples);
    this.#concealedSamples += samples;
    return sound;
  }

  /** What follows the sound so far, if it goes on repeating itself. */
  #continued(samples: number): Float32Array {
    const channels = this.#channels;
    const start = this.#concealedSamples;
    if (start >= silentSamples) return new Float32Array(samples * channels);
    if (start === 0) this.#findPeriod();
    return Float32Array.from({ length: samples * channels }, (_, n) => {
      const channel = n % channels;
      const at = start + (n - channel) / channels;
      const fadedOut = Math.min(Math.max((at - holdSamples) / (silentSamples - holdSamples), 0), 1);
      const step = at < stepSamples ? (this.#steps[channel] ?? 0) * (0.5 + 0.5 * Math.cos((Math.PI * at) / stepSamples)) : 0;
      return ((this.#period[(start * channels + n) % this.#period.length] ?? 0) + step) * (1 - fadedOut);
    });
  }

  #findPeriod(): void {
    const channels = this.#channels;
    const past = this.#past;
    const period = findPeriod(past, past.length - windowSamples * channels, -1, channels).samples * channels;
    this.#period = past.slice(-period);
    this.#steps = Array.from({ length: channels }, (_, channel) => {
      const last = past.length - channels + channel;
      return (past[last] ?? 0) - (past[last - period] ?? 0);
    });
    const seam = Math.floor(period / channels / 4) * channels;
    smoothSeam(this.#period, past.subarray(-period - seam, -period), channels);
  }

  #remember(sound: Float32Array): void {
    const kept = Math.max(this.#past.length - sound.length, 0);
    this.#past.copyWithin(0, this.#past.length - kept);
    this.#past.set(sound.subarray(-this.#past.length), kept);
  }
}

/** Makes the end of a period lead to its own beginning: it fades into what was before that. */
function smoothSeam(period: Float32Array, before: Float32Array, channels: ChannelCount): void {
  const at = period.length - before.length;
  period.set(crossFade(period.subarray(at), before, 1, channels), at);
}
