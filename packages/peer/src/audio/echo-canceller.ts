// What stands between the two halves of a call's sound: it hears what is played and takes it out of what is recorded.

/** An echo canceller. Blocks are 10 ms, 48 kHz mono. */
export interface EchoCanceller {
  /** A block is about to be heard. */
  processPlayed(block: Float32Array): void;
  /** A block was recorded. @returns it without the echo, valid until the next call */
  processRecorded(block: Float32Array): Float32Array;
  close(): void;
}
