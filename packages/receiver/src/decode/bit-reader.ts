// Reads the headers of packets bit by bit, most significant first, before native code sees them.

/** Reads bits of `data`; beyond its end there are zeros, and {@link BitReader.isBeyondEnd} says so. */
export class BitReader {
  readonly #data: Uint8Array;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
  }

  /** Whether more was read than there is. */
  get isBeyondEnd(): boolean {
    return this.#at > this.#data.byteLength * 8;
  }

  /** An unsigned number of `count` bits, 0 to 32. */
  bits(count: number): number {
    let value = 0;
    for (let read = 0; read < count; read++, this.#at++) {
      value = value * 2 + (((this.#data[this.#at >> 3] ?? 0) >> (7 - (this.#at & 7))) & 1);
    }
    return value;
  }

  flag(): boolean {
    return this.bits(1) === 1;
  }

  /** An Exp-Golomb number, ue(v) of ITU-T H.264, 9.1; infinite when it has more than 32 bits, as no valid one has. */
  golomb(): number {
    let zeros = 0;
    while (!this.flag()) {
      if (++zeros > 32 || this.isBeyondEnd) return Number.POSITIVE_INFINITY;
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }
}
