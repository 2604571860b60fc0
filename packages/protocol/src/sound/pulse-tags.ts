// PulseAudio's way of writing values: each behind a letter that says what it is (src/pulsecore/tagstruct.c of PulseAudio). Only the kinds
// that the commands of pulse-client.ts use.
import type { ChannelCount } from "./channels.ts";

const tagU32 = 0x4c; // L
const tagString = 0x74; // t
const tagNullString = 0x4e; // N
const tagTrue = 0x31; // 1
const tagFalse = 0x30; // 0
const tagArbitrary = 0x78; // x
const tagSampleSpec = 0x61; // a
const tagChannelMap = 0x6d; // m
const tagVolumes = 0x76; // v
const tagProperties = 0x50; // P
const tagUs = 0x55; // U
const tagTime = 0x54; // T
const tagU64 = 0x52; // R
const tagS64 = 0x72; // r
const tagVolume = 0x56; // V

/** 32-bit floats, little-endian; PulseAudio's number for it. */
const float32 = 5;
const channelMono = 0;
const channelLeft = 1;
const channelRight = 2;
const volumeNormal = 0x1_0000;

/** Writes the values of one command. */
export class TagWriter {
  readonly #parts: Buffer[] = [];

  u32(value: number): this {
    const bytes = Buffer.alloc(5, tagU32);
    bytes.writeUInt32BE(value, 1);
    return this.#add(bytes);
  }

  string(value: string | undefined): this {
    return value === undefined ? this.#add(Buffer.of(tagNullString)) : this.#add(Buffer.from(`t${value}\0`));
  }

  bool(...values: readonly boolean[]): this {
    return this.#add(Buffer.from(values.map((value) => (value ? tagTrue : tagFalse))));
  }

  bytes(value: Uint8Array): this {
    const head = Buffer.alloc(5, tagArbitrary);
    head.writeUInt32BE(value.byteLength, 1);
    return this.#add(head).#add(Buffer.from(value));
  }

  properties(entries: Readonly<Record<string, string>>): this {
    this.#add(Buffer.of(tagProperties));
    for (const [key, value] of Object.entries(entries)) {
      const bytes = Buffer.from(`${value}\0`);
      this.string(key).u32(bytes.byteLength).bytes(bytes);
    }
    return this.string(undefined);
  }

  /** 32-bit floats. */
  sampleSpec(rateHz: number, channels: ChannelCount = 1): this {
    const spec = Buffer.of(tagSampleSpec, float32, channels, 0, 0, 0, 0);
    spec.writeUInt32BE(rateHz, 3);
    return this.#add(spec);
  }

  /** Which channel is where. */
  channelMap(channels: ChannelCount = 1): this {
    return this.#add(Buffer.of(tagChannelMap, channels, ...(channels === 1 ? [channelMono] : [channelLeft, channelRight])));
  }

  /** Each channel as loud as it is. */
  normalVolume(channels: ChannelCount = 1): this {
    const bytes = Buffer.alloc(2 + 4 * channels);
    bytes.set([tagVolumes, channels]);
    for (let at = 2; at < bytes.byteLength; at += 4) bytes.writeUInt32BE(volumeNormal, at);
    return this.#add(bytes);
  }

  time(us: number): this {
    const bytes = Buffer.alloc(9, tagTime);
    bytes.writeUInt32BE(Math.floor(us / 1_000_000) % 2 ** 32, 1);
    bytes.writeUInt32BE(us % 1_000_000, 5);
    return this.#add(bytes);
  }

  finish(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #add(bytes: Buffer): this {
    this.#parts.push(bytes);
    return this;
  }
}

/** A value: what the letter before it says. Structures that nobody here asks for are `undefined`. */
export type TagValue = number | string | boolean | undefined | ReadonlyMap<string, string>;

/** Reads the values of a reply, one after the other. */
export class TagReader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.byteLength;
  }

  /** The next value, any integer. @throws RangeError when it is none, or cut short */
  integer(): number {
    return this.#expect(this.next(), "number");
  }

  text(): string {
    const value = this.next();
    return value === undefined ? "" : this.#expect(value, "string");
  }

  skip(count: number): this {
    for (let left = count; left > 0; left--) this.next();
    return this;
  }

  next(): TagValue {
    const tag = this.#bytes.readUInt8(this.#at++);
    switch (tag) {
      case tagU32:
      case tagVolume:
        return this.#take(4).readUInt32BE();
      case tagUs:
      case tagU64:
        return Number(this.#take(8).readBigUInt64BE());
      case tagS64:
        return Number(this.#take(8).readBigInt64BE());
      case tagTrue:
        return true;
      case tagFalse:
        return false;
      case tagNullString:
        return undefined;
      case tagString: {
        const end = this.#bytes.indexOf(0, this.#at);
        if (end < 0) throw new RangeError("a text without its end");
        const text = this.#bytes.toString("utf8", this.#at, end);
        this.#at = end + 1;
        return text;
      }
      case tagArbitrary:
        return this.#take(this.#take(4).readUInt32BE()).toString("utf8").replace(/\0$/u, "");
      case tagSampleSpec:
        this.#take(6);
        return undefined;
      case tagTime:
        this.#take(8);
        return undefined;
      case tagChannelMap:
        this.#take(this.#bytes.readUInt8(this.#at) + 1);
        return undefined;
      case tagVolumes:
        this.#take(this.#bytes.readUInt8(this.#at) * 4 + 1);
        return undefined;
      case tagProperties:
        return this.#properties();
      default:
        throw new RangeError(`a value of kind ${tag}`);
    }
  }

  #properties(): ReadonlyMap<string, string> {
    const entries = new Map<string, string>();
    for (let key = this.next(); typeof key === "string"; key = this.next()) {
      this.integer();
      entries.set(key, this.text());
    }
    return entries;
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.byteLength) throw new RangeError("a value cut short");
    const bytes = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return bytes;
  }

  #expect<T extends "number" | "string">(value: TagValue, kind: T): T extends "number" ? number : string {
    if (typeof value !== kind) throw new RangeError(`a ${typeof value} in place of a ${kind}`);
    return value as T extends "number" ? number : string;
  }
}
