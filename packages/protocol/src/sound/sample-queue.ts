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
    for (let at = 0; at < taken; at++) this.#ring[(this.#start + this.#length + at) % this.#ring.length] = samples[at] ?? 0;
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
    for (let at = 0; at < taken; at++) block[at] = this.#ring[(this.#start + at) % this.#ring.length] ?? 0;
    this.#start = (this.#start + taken) % this.#ring.length;
    this.#length -= taken;
    return taken;
  }
}
