// Reads the fields of one payload, big-endian, never past its end. The messages are parsed with it.
import { ProtocolError } from "../errors.ts";
import { micros, type Micros } from "../time/clock.ts";

// fatal: a byte that is not UTF-8 is an error, not a U+FFFD. ignoreBOM: a leading U+FEFF is kept, so that a text survives a round trip.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A cursor over one payload. Every read throws ProtocolError "truncated" when the payload is too short for it. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  /** @param bytes - read in place, never changed, not kept after the reader is dropped */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not read yet. */
  get remaining(): number {
    return this.#bytes.byteLength - this.#offset;
  }

  /** One byte. */
  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** Two bytes. */
  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  /** Four bytes. */
  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /**
   * Eight bytes as a number.
   * @throws ProtocolError bad-value above 2^53 − 1, which a double does not hold exactly
   */
  u64(): number {
    const at = this.#take(8);
    const high = this.#view.getUint32(at);
    if (high > 0x1f_ffff) throw new ProtocolError("bad-value", "a 64-bit field is above 2^53 - 1");
    return high * 0x1_0000_0000 + this.#view.getUint32(at + 4);
  }

  /** Eight bytes as an instant. @throws ProtocolError bad-value above 2^53 − 1 */
  micros(): Micros {
    return micros(this.u64());
  }

  /** The next `count` bytes as a view of the payload; copy what outlives it. */
  bytes(count: number): Uint8Array {
    const at = this.#take(count);
    // Not subarray: a Buffer's would be a Buffer, and callers would see two kinds of arrays.
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + at, count);
  }

  /** Everything up to the end, as a view of the payload. */
  rest(): Uint8Array {
    return this.bytes(this.remaining);
  }

  /** Everything up to the end as text. @throws ProtocolError bad-utf8 */
  restUtf8(): string {
    const bytes = this.rest();
    try {
      return decoder.decode(bytes);
    } catch {
      throw new ProtocolError("bad-utf8", "a text is not UTF-8");
    }
  }

  /** Says that the message has no more fields. @throws ProtocolError trailing-bytes when bytes are left */
  end(): void {
    if (this.remaining !== 0) throw new ProtocolError("trailing-bytes", `${this.remaining} bytes after the last field`);
  }

  #take(count: number): number {
    const at = this.#offset;
    if (count > this.#bytes.byteLength - at) {
      throw new ProtocolError("truncated", `a field of ${count} bytes begins ${this.remaining} bytes before the end`);
    }
    this.#offset = at + count;
    return at;
  }
}
