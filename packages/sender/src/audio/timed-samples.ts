// Decoded sound by its place in a file: what is read ahead, until it is due. A place without sound is silent.

import { type ChannelCount, sampleRateHz } from "@simple-video-chat/protocol/sound";

/** Places are written down with a file's own, coarser clock (Matroska's ticks are 1 ms): what is apart by less than this follows. 20 ms. */
const unevenSamples = sampleRateHz / 50;
/** A hole longer than this is none, but a clock that is wrong. 10 s, as for pictures (capture/pacer.ts). */
const maxHoleSamples = 10 * sampleRateHz;

interface Piece {
  /** Place of its first sample. */
  readonly at: number;
  readonly samples: Float32Array;
}

/** Pieces of sound in the order of their places, which are counted in samples of each channel from the file's beginning. */
export class TimedSamples {
  readonly #channels: ChannelCount;
  readonly #pieces: Piece[] = [];
  #end: number | undefined;

  constructor(channels: ChannelCount = 1) {
    this.#channels = channels;
  }

  /** The place behind all that was pushed; undefined before the first. */
  get end(): number | undefined {
    return this.#end;
  }

  /** Whether nothing waits. */
  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /**
   * Takes the next piece, which it keeps.
   * @param at its place; where it is not known (undefined), or cannot be, it follows the one before
   */
  push(samples: Float32Array, at: number | undefined): void {
    const hole = (at ?? 0) - (this.#end ?? 0);
    const isHole = this.#end === undefined || (hole > unevenSamples && hole <= maxHoleSamples);
    const place = at !== undefined && isHole ? at : (this.#end ?? 0);
    this.#pieces.push({ at: place, samples });
    this.#end = place + samples.length / this.#channels;
  }

  /** Puts the sound of this place and those behind it into `block`, which holds silence; what is before them is over. */
  take(block: Float32Array, at: number): void {
    const channels = this.#channels;
    const end = at + block.length / channels;
    for (let first = this.#pieces[0]; first !== undefined && first.at < end; first = this.#pieces[0]) {
      const skipped = Math.max(0, at - first.at);
      const part = first.samples.subarray(skipped * channels, (end - first.at) * channels);
      if (part.length > 0) block.set(part, (first.at + skipped - at) * channels);
      // The rest is for the next block.
      if (first.at + first.samples.length / channels > end) break;
      this.#pieces.shift();
    }
  }
}
