// The length in front of each pickle, both ways. Reading: any chunks in, whole pickles out, through one buffer that is kept from picture to picture.
//
//    0       8
//   +-------+------------------------------+
//   | bytes | pickle                       |      bytes: u64, little-endian (struct "Q", native order of every machine in use)
//   +-------+------------------------------+

import { LegacyError } from "./legacy-error.ts";
import { LEGACY_HEADER_BYTES, LEGACY_MAX_PAYLOAD_BYTES, LEGACY_MIN_PAYLOAD_BYTES } from "./legacy-limits.ts";
import type { LegacySize } from "./legacy-limits.ts";
import { pickleEnvelope } from "./pickle-frame.ts";

/** What to write around the pixels of every picture of one size: head, the pixels as they are, tail. */
export interface LegacyEnvelope extends LegacySize {
  readonly pixelBytes: number;
  /** The 8-byte length and the pickle up to the pixels. */
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  /** head + pixels + tail, in bytes. */
  readonly messageBytes: number;
}

/**
 * The bytes around the pixels of every picture of one size; make it once, write it with each picture.
 *
 * @throws LegacyError `unsupported-shape` outside the size limits
 */
export function legacyEnvelope(size: LegacySize): LegacyEnvelope {
  const pickle = pickleEnvelope(size);
  const head = Buffer.concat([lengthHeader(pickle.pickleBytes), pickle.head]);
  return {
    widthPx: size.widthPx,
    heightPx: size.heightPx,
    pixelBytes: pickle.pixelBytes,
    head,
    tail: pickle.tail,
    messageBytes: head.length + pickle.pixelBytes + pickle.tail.length,
  };
}

/** A payload with its length in front, in one new buffer. For tests and small payloads. */
export function legacyMessage(payload: Uint8Array): Uint8Array {
  return Buffer.concat([lengthHeader(payload.length), payload]);
}

/** The buffer starts with this many bytes, or less when the first payload is shorter: room for 640 × 480. */
const FIRST_BUFFER_BYTES = 1 << 20;

/**
 * Finds the pickles in the bytes of a connection. Linear in the bytes; holds one buffer, which grows as bytes of a longer
 * payload arrive (never for the promise of one alone) up to {@link LEGACY_MAX_PAYLOAD_BYTES}.
 */
export class LegacyFrameReader {
  readonly #header: Buffer = Buffer.alloc(LEGACY_HEADER_BYTES);
  #headerBytes = 0;
  #buffer: Uint8Array = new Uint8Array(0);
  #payloadBytes = 0;
  #receivedBytes = 0;
  #failed = false;

  /** True in the middle of a length or a payload: a connection that ends now was cut. */
  get hasPartial(): boolean {
    return this.#headerBytes > 0;
  }

  /**
   * Takes the next bytes of the connection and calls `onPayload` for each payload that they complete.
   *
   * @param chunk copied before this returns
   * @param onPayload its argument is a view of the reader's buffer, valid until `onPayload` returns, or for good when it calls {@link swapBuffer}
   * @throws LegacyError `too-large` or `malformed` for an impossible length; the reader is then of no further use.
   * What `onPayload` throws passes through, and the rest of the chunk is lost
   */
  push(chunk: Uint8Array, onPayload: (payload: Uint8Array) => void): void {
    if (this.#failed) {
      throw new LegacyError("malformed", "bytes after a length that could not be true");
    }
    let offset = 0;
    while (offset < chunk.length) {
      offset += this.#headerBytes < LEGACY_HEADER_BYTES ? this.#takeHeader(chunk, offset) : this.#takePayload(chunk, offset);
      if (this.#headerBytes === LEGACY_HEADER_BYTES && this.#receivedBytes === this.#payloadBytes) {
        this.#headerBytes = 0;
        this.#receivedBytes = 0;
        onPayload(this.#buffer.subarray(0, this.#payloadBytes));
      }
    }
  }

  /**
   * Gives the buffer of the payload just handed out to the caller for good. To be called from `onPayload` only.
   *
   * @param spare used instead from now on, and overwritten; left out: a new one is made when needed
   * @returns the whole buffer, whose beginning is the payload; may come back later as a `spare`
   */
  swapBuffer(spare?: Uint8Array): Uint8Array {
    const given = this.#buffer;
    this.#buffer = spare ?? new Uint8Array(0);
    return given;
  }

  #takeHeader(chunk: Uint8Array, offset: number): number {
    const count = Math.min(LEGACY_HEADER_BYTES - this.#headerBytes, chunk.length - offset);
    this.#header.set(chunk.subarray(offset, offset + count), this.#headerBytes);
    this.#headerBytes += count;
    if (this.#headerBytes === LEGACY_HEADER_BYTES) {
      this.#payloadBytes = this.#checkedLength();
    }
    return count;
  }

  #checkedLength(): number {
    const payloadBytes = this.#header.readUInt32LE(0) + this.#header.readUInt32LE(4) * 2 ** 32;
    if (payloadBytes > LEGACY_MAX_PAYLOAD_BYTES) {
      this.#failed = true;
      throw new LegacyError(
        "too-large",
        `the length says ${payloadBytes} bytes, more than the ${LEGACY_MAX_PAYLOAD_BYTES} of the largest picture; this is not the original program, or the picture is too large`,
      );
    }
    if (payloadBytes < LEGACY_MIN_PAYLOAD_BYTES) {
      this.#failed = true;
      throw new LegacyError("malformed", `the length says ${payloadBytes} bytes: no pickle is that short`);
    }
    return payloadBytes;
  }

  #takePayload(chunk: Uint8Array, offset: number): number {
    const count = Math.min(this.#payloadBytes - this.#receivedBytes, chunk.length - offset);
    this.#reserve(this.#receivedBytes + count);
    this.#buffer.set(chunk.subarray(offset, offset + count), this.#receivedBytes);
    this.#receivedBytes += count;
    return count;
  }

  #reserve(byteCount: number): void {
    if (this.#buffer.length >= byteCount) {
      return;
    }
    const wanted = Math.max(byteCount, this.#buffer.length * 2, FIRST_BUFFER_BYTES);
    const larger = new Uint8Array(Buffer.allocUnsafeSlow(Math.min(wanted, this.#payloadBytes)).buffer);
    larger.set(this.#buffer.subarray(0, this.#receivedBytes));
    this.#buffer = larger;
  }
}

function lengthHeader(payloadBytes: number): Buffer {
  const header = Buffer.alloc(LEGACY_HEADER_BYTES);
  header.writeUInt32LE(payloadBytes, 0);
  return header;
}
