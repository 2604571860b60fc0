// Finds after how many samples a sound repeats itself: where it can be cut, lengthened or continued without a click. In stereo both channels
// count, and share what is found: cut at places of their own they would drift apart.

import type { ChannelCount } from "@simple-video-chat/protocol/sound";

/** Sounds are compared over this length, samples: 10 ms. */
export const windowSamples = 480;
/** The range of periods, samples: 2.5 ms to 12.5 ms, voices of 80 to 400 Hz. Higher ones repeat themselves within it too. */
const minPeriodSamples = 120;
export const maxPeriodSamples = 600;
/** A first look at 8 kHz costs a 36th of one at 48 kHz, and speech has its pitch far below. */
const coarseStep = 6;
/** Likeness by which a shorter period must be better: a repetition of it is one too. */
const clearlyMore = 0.005;

/** A place where a sound is most like itself. */
export interface PitchPeriod {
  /** Of each channel. */
  readonly samples: number;
  /** Correlation of the two windows, 0 to 1. */
  readonly likeness: number;
}

/**
 * Compares the window at `at` with those one period later (`direction` 1) or earlier (-1), all of which must lie inside the sound.
 * @param sound - 48 kHz
 * @param at - where it begins in `sound`
 */
export function findPeriod(sound: Float32Array, at: number, direction: 1 | -1, channels: ChannelCount = 1): PitchPeriod {
  const start = direction === 1 ? at : at - maxPeriodSamples * channels;
  const coarse = decimate(sound.subarray(start, start + (maxPeriodSamples + windowSamples) * channels), channels);
  const coarseAt = (at - start) / coarseStep;
  const guess =
    coarseStep *
    mostAlike(coarse, coarseAt, {
      direction,
      from: minPeriodSamples / coarseStep,
      to: maxPeriodSamples / coarseStep,
      window: windowSamples / coarseStep,
      channels,
    }).samples;
  return mostAlike(sound, at, {
    direction,
    from: Math.max(guess - coarseStep, minPeriodSamples),
    to: Math.min(guess + coarseStep, maxPeriodSamples),
    window: windowSamples,
    channels,
  });
}

interface Search {
  readonly direction: 1 | -1;
  readonly from: number;
  readonly to: number;
  readonly window: number;
  readonly channels: ChannelCount;
}

function mostAlike(sound: Float32Array, at: number, { direction, from, to, window, channels }: Search): PitchPeriod {
  // Of those that are about as good the longest: it makes for fewer steps.
  let best: PitchPeriod = { samples: to, likeness: 0 };
  for (let samples = to; samples >= from; samples--) {
    const likeness = correlation(sound, at, { other: at + direction * samples * channels, length: window * channels });
    if (likeness > best.likeness + clearlyMore) best = { samples, likeness };
  }
  return best;
}

function correlation(sound: Float32Array, at: number, { other, length }: { readonly other: number; readonly length: number }): number {
  let product = 0;
  let energy = 0;
  let otherEnergy = 0;
  for (let n = 0; n < length; n++) {
    const a = sound[at + n] ?? 0;
    const b = sound[other + n] ?? 0;
    product += a * b;
    energy += a * a;
    otherEnergy += b * b;
  }
  return energy === 0 || otherEnergy === 0 ? 0 : product / Math.sqrt(energy * otherEnergy);
}

function decimate(sound: Float32Array, channels: ChannelCount): Float32Array {
  return Float32Array.from({ length: Math.floor(sound.length / coarseStep) }, (_, index) => {
    const channel = index % channels;
    const first = (index - channel) * coarseStep + channel;
    let sum = 0;
    for (let n = 0; n < coarseStep; n++) sum += sound[first + n * channels] ?? 0;
    return sum;
  });
}
