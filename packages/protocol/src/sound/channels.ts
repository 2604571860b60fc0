// Sound in one channel or two. Samples that are heard at the same instant lie next to each other: left, right, left, right.
import { blockSamples } from "./sound.ts";

/** Mono, or stereo. */
export type ChannelCount = 1 | 2;

/** How many channels a block of {@link blockSamples} samples each has. */
export function channelsOf(block: Float32Array): ChannelCount {
  return block.length > blockSamples ? 2 : 1;
}

/**
 * A block in as many channels as are wanted.
 * @returns the block itself when it has them; else a new one, with both channels mixed, or the one twice
 */
export function withChannels(block: Float32Array, channels: ChannelCount): Float32Array {
  if (channelsOf(block) === channels) return block;
  if (channels === 2) return Float32Array.from({ length: 2 * block.length }, (_, at) => block[at >> 1] ?? 0);
  return Float32Array.from({ length: block.length / 2 }, (_, at) => ((block[2 * at] ?? 0) + (block[2 * at + 1] ?? 0)) / 2);
}

/** The channels of a sound, each by itself. @returns the sound itself where it is the only one; else new arrays */
export function splitChannels(sound: Float32Array, channels: ChannelCount): readonly Float32Array[] {
  if (channels === 1) return [sound];
  const one = (channel: number): Float32Array => Float32Array.from({ length: sound.length / 2 }, (_, at) => sound[2 * at + channel] ?? 0);
  return [one(0), one(1)];
}

/** Puts channels together that are equally long. @returns the only one itself; else a new array */
export function joinChannels(parts: readonly Float32Array[]): Float32Array {
  const [left = new Float32Array(0), right] = parts;
  if (right === undefined) return left;
  return Float32Array.from({ length: 2 * left.length }, (_, at) => (at % 2 === 0 ? left : right)[at >> 1] ?? 0);
}
