// Writes the fields of one message, big-endian, into a buffer of exactly its size. The mirror of byte-reader.ts.
import assert from "node:assert/strict";

/** A cursor over a new buffer. A value that does not fit its field is a defect of ours: RangeError. */
export class ByteWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  /** @param length - of the whole message, in bytes */
  constructor(length: number) {
    this.#bytes = new Uint8Array(length);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** One byte. */
  u8(value: number): this {
    this.#view.setUint8(this.#take(1), within(value, 0xff));
    return this;
  }

  /** Two bytes. */
  u16(value: number): this {
    this.#view.setUint16(this.#take(2), within(value, 0xffff));
    return this;
  }

  /** Four bytes. */
  u32(value: number): this {
    this.#view.setUint32(this.#take(4), within(value, 0xffff_ffff));
    return this;
  }

  /** Eight bytes, from an integer of at most 2^53 − 1. */
  u64(value: number): this {
    const whole = within(value, Number.MAX_SAFE_INTEGER);
    const at = this.#take(8);
    this.#view.setUint32(at, Math.floor(whole / 0x1_0000_0000));
    this.#view.setUint32(at + 4, whole % 0x1_0000_0000);
    return this;
  }

  /** These bytes, copied. */
  bytes(value: Uint8Array): this {
    this.#bytes.set(value, this.#take(value.byteLength));
    return this;
  }

  /** The buffer, which is the caller's from now on. It must be full. */
  finish(): Uint8Array {
    assert.equal(this.#offset, this.#bytes.byteLength, "a message was not written to its end");
    return this.#bytes;
  }

  #take(count: number): number {
    const at = this.#offset;
    if (count > this.#bytes.byteLength - at) throw new RangeError("a message is longer than was reckoned");
    this.#offset = at + count;
    return at;
  }
}

function within(value: number, max: number): number {
  if (!Number.isInteger(value) || value < 0 || value > max) throw new RangeError(`${value} is not an integer from 0 to ${max}`);
  return value;
}
