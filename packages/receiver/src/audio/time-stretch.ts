// Plays sound faster or slower at the same pitch: leaves out or repeats one period of it at a time, as NetEq's accelerate and preemptive expand
// do (modules/audio_coding/neteq/time_stretch.cc). Unlike WSOLA it looks ahead only while it shortens: at the speed of 1 it adds no delay.

import type { ChannelCount } from "@simple-video-chat/protocol/sound";

import { crossFade } from "./cross-fade.ts";
import { findPeriod, maxPeriodSamples, type PitchPeriod, windowSamples } from "./pitch-period.ts";

/** To cut a period out, two windows that far apart must be there. */
const lookAheadSamples = maxPeriodSamples + windowSamples;
/** At the speed of 1 nothing is kept but what may be repeated. */
const empty = new Float32Array(0);

/** The bounds of the speed: beyond them speech is hard to follow. */
export const minSpeed = 0.8;
export const maxSpeed = 1.25;

/** Stretches one stream. */
export class TimeStretch {
  readonly #channels: ChannelCount;
  /** The end of what was given, to be repeated. */
  readonly #given: Float32Array;
  /** Taken and not given yet. */
  #kept: Float32Array = empty;
  /** Samples, of all channels together, to take before the next step, so that the steps make the speed; negative when it comes late. */
  #pauseSamples = 0;

  constructor(channels: ChannelCount = 1) {
    this.#channels = channels;
    this.#given = new Float32Array(maxPeriodSamples * channels);
  }

  /**
   * Takes a block and gives what is to be played now: as many samples at the speed of 1, more or fewer (at times none) at others.
   * @param block - 48 kHz, 10 ms; not kept
   * @param speed - 0.8 to 1.25
   */
  process(block: Float32Array, speed: number): Float32Array {
    this.#kept = joined(this.#kept, block);
    this.#pauseSamples -= block.length;
    if (speed === 1) this.#pauseSamples = 0;
    else if (this.#pauseSamples <= 0) {
      if (speed > 1 && this.#kept.length < lookAheadSamples * this.#channels) return empty;
      this.#kept = speed > 1 ? this.#shortened(speed) : this.#lengthened(speed);
    }
    const given = this.#kept;
    this.#kept = empty;
    this.#remember(given);
    return given;
  }

  #remember(given: Float32Array): void {
    const kept = Math.max(this.#given.length - given.length, 0);
    this.#given.copyWithin(0, this.#given.length - kept);
    this.#given.set(given.subarray(-this.#given.length), kept);
  }

  #shortened(speed: number): Float32Array {
    const sound = this.#kept;
    const channels = this.#channels;
    const { samples, likeness } = findPeriod(sound, 0, 1, channels);
    const [period, window] = [samples * channels, windowSamples * channels];
    this.#pauseSamples += (period * speed) / (speed - 1);
    const faded = crossFade(sound.subarray(0, window), sound.subarray(period, period + window), likeness, channels);
    return joined(faded, sound.subarray(period + window));
  }

  #lengthened(speed: number): Float32Array {
    const sound = joined(this.#given, this.#kept);
    const at = this.#given.length;
    const channels = this.#channels;
    const { samples, likeness }: PitchPeriod = findPeriod(sound, at, -1, channels);
    const period = samples * channels;
    this.#pauseSamples += (period * speed) / (1 - speed);
    // What comes next fades into what was one period before, which leads to it once more.
    const fade = Math.min(period, windowSamples * channels);
    const faded = crossFade(sound.subarray(at, at + fade), sound.subarray(at - period, at - period + fade), likeness, channels);
    return joined(faded, sound.subarray(at - period + fade));
  }
}

function joined(first: Float32Array, second: Float32Array): Float32Array<ArrayBuffer> {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
