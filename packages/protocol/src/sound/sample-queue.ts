// Samples on their way from those who make them in pieces of any size to those who take them block by block.

/** A ring of samples. What does not fit is lost: whoever fills it looks at {@link length} first. */
export class SampleQueue {
  readonly #ring: Float32Array;
  #start = 0;
  #length = 0;

  /** @param capacity in samples */
  constructor(capacity: number) {
    this.#ring = new Float32Array(capacity);
  }

  /** Samples that wait. */
  get length(): number {
    return this.#length;
  }

  push(samples: Float32Array): void {
    const taken = Math.min(samples.length, this.#ring.length - this.#length);
    const end = (this.#start + this.#length) % this.#ring.length;
    const beforeTurn = Math.min(taken, this.#ring.length - end);
    this.#ring.set(samples.subarray(0, beforeTurn), end);
    this.#ring.set(samples.subarray(beforeTurn, taken), 0);
    this.#length += taken;
  }

  /** Drops the oldest samples, as many as there are. @returns how many */
  drop(count: number): number {
    const dropped = Math.min(count, this.#length);
    this.#start = (this.#start + dropped) % this.#ring.length;
    this.#length -= dropped;
    return dropped;
  }

  /** Moves the oldest samples into `block`, as many as there are. @returns how many */
  take(block: Float32Array): number {
    const taken = Math.min(block.length, this.#length);
    const beforeTurn = Math.min(taken, this.#ring.length - this.#start);
    block.set(this.#ring.subarray(this.#start, this.#start + beforeTurn));
    block.set(this.#ring.subarray(0, taken - beforeTurn), beforeTurn);
    this.#start = (this.#start + taken) % this.#ring.length;
    this.#length -= taken;
    return taken;
  }
}
