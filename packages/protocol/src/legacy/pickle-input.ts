// Bounded reads from the bytes of one pickle. Every read checks what is left; nothing is copied.

import { LegacyError } from "./legacy-error.ts";
import type { InputRange } from "./pickle-value.ts";

/** Longest name or short string looked at, in bytes; the longest that occurs is `numpy._core.multiarray`, 22. */
const MAX_NAME_BYTES = 64;

/** A position in the bytes of one pickle. Little-endian, as pickle is. */
export class PickleInput {
  readonly #bytes: Buffer;
  #position = 0;

  /** @param bytes not copied and not changed */
  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Offset of the next byte. */
  get position(): number {
    return this.#position;
  }

  /** Bytes that are left. */
  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  /** @throws LegacyError `truncated` */
  readU8(): number {
    return this.#bytes.readUInt8(this.#take(1).start);
  }

  /** @throws LegacyError `truncated` */
  readU16(): number {
    return this.#bytes.readUInt16LE(this.#take(2).start);
  }

  /** @throws LegacyError `truncated` */
  readU32(): number {
    return this.#bytes.readUInt32LE(this.#take(4).start);
  }

  /** @throws LegacyError `truncated` */
  readI32(): number {
    return this.#bytes.readInt32LE(this.#take(4).start);
  }

  /** A 64-bit length; any that cannot be true reads as too much for {@link readRange} to find. @throws LegacyError `truncated` */
  readU64(): number {
    const low = this.readU32();
    return this.readU32() * 2 ** 32 + low;
  }

  /** The next `byteCount` bytes, by their place. @throws LegacyError `truncated` */
  readRange(byteCount: number): InputRange {
    return this.#take(byteCount);
  }

  /** A name that ends with a newline. @throws LegacyError `forbidden-global` when it is too long, `truncated` when it does not end */
  readLine(): string {
    const start = this.#position;
    const end = this.#bytes.subarray(start, start + MAX_NAME_BYTES).indexOf(0x0a);
    if (end < 0) {
      throw this.remaining < MAX_NAME_BYTES
        ? new LegacyError("truncated", "the pickle ends in the middle of a name")
        : new LegacyError("forbidden-global", "the pickle contains a name that is too long");
    }
    this.#position = start + end + 1;
    return this.#bytes.toString("latin1", start, start + end);
  }

  /** A short string; the empty one when it is longer than any that a picture needs. */
  nameAt(range: InputRange): string {
    return range.end - range.start > MAX_NAME_BYTES ? "" : this.#bytes.toString("latin1", range.start, range.end);
  }

  /** The bytes of a range, as a view. */
  viewOf(range: InputRange): Uint8Array {
    return this.#bytes.subarray(range.start, range.end);
  }

  #take(byteCount: number): InputRange {
    if (byteCount > this.remaining) {
      throw new LegacyError("truncated", `the pickle needs ${byteCount} bytes at offset ${this.#position} and has ${this.remaining}`);
    }
    const start = this.#position;
    this.#position += byteCount;
    return { start, end: this.#position };
  }
}
