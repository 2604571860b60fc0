// Echo without a canceller: while the other side is heard and nobody speaks here, the microphone is turned down. Whether somebody speaks is told
// by loudness: more comes in than the loudspeaker has ever made here.

import type { EchoCanceller } from "./echo-canceller.ts";

/** The longest way back from the loudspeaker, reverberation included: in blocks of 10 ms. What was louder in this time counts. */
const memoryBlocks = 50;
/** Below this the other side makes no echo that matters, dBFS. */
const quietDbfs = -55;
/** Speech stands out from the echo by this much; what is less is the echo's own unevenness. */
const standsOutDb = 6;
/** The echo's loudness over what was played, until it is known: as loud. */
const startCouplingDb = 0;
/** The estimate follows an echo that is louder in a fifth of a second, and one that is softer in seconds: echo that is taken for speech disturbs more. */
const risePerBlockDb = 0.5;
const fallPerBlockDb = 0.1;
/** Far enough down that two rooms do not howl, and that the own words do not disturb; not off, so that the line does not seem dead. */
const duckedDb = -36;
/** The end of a word is softer than its beginning: 300 ms. */
const holdBlocks = 30;
/** Down within a block, since echo is heard at once; up in two, since beginnings of words matter. */
const openStepDb = 18;

/** Half duplex with double-talk detection. */
export class EchoDucker implements EchoCanceller {
  readonly kind = "ducking";
  /** Loudness of the last blocks, dBFS, the oldest first. */
  readonly #played: number[] = [];
  readonly #recorded: number[] = [];
  #couplingDb = startCouplingDb;
  #openBlocks = 0;
  #gainDb = 0;

  processPlayed(block: Float32Array): void {
    remember(this.#played, levelDbfs(block));
  }

  processRecorded(block: Float32Array): Float32Array {
    const dbfs = levelDbfs(block);
    remember(this.#recorded, dbfs);
    const playedDbfs = Math.max(...this.#played);
    const isPlaying = playedDbfs > quietDbfs;
    const standsOut = dbfs > playedDbfs + this.#couplingDb + standsOutDb;
    // What stands out is no echo, and says nothing of how loud it is.
    if (standsOut) this.#recorded.length = 0;
    else if (isPlaying && this.#openBlocks <= 0) {
      const aboveDb = Math.max(...this.#recorded) - playedDbfs - this.#couplingDb;
      this.#couplingDb += Math.min(Math.max(aboveDb, -fallPerBlockDb), risePerBlockDb);
    }
    if (isPlaying) this.#openBlocks = standsOut ? holdBlocks : this.#openBlocks - 1;
    else this.#openBlocks = 1;
    const fromDb = this.#gainDb;
    this.#gainDb = this.#openBlocks > 0 ? Math.min(fromDb + openStepDb, 0) : duckedDb;
    // Along the block from one gain to the other: a step would click.
    const [from, to] = [10 ** (fromDb / 20), 10 ** (this.#gainDb / 20)];
    return block.map((sample, n) => sample * (from + ((to - from) * n) / block.length));
  }

  close(): void {}
}

function remember(levels: number[], level: number): void {
  levels.push(level);
  if (levels.length > memoryBlocks) levels.shift();
}

function levelDbfs(block: Float32Array): number {
  return 10 * Math.log10(block.reduce((sum, sample) => sum + sample * sample, 0) / block.length);
}
