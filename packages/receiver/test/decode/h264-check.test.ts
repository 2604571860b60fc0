import assert from "node:assert/strict";
import { suite } from "uvu";

import { checkH264 } from "../../src/decode/h264-check.ts";
import { type DecodeErrorCode, DecodeError } from "../../src/errors.ts";
import { draw, mutate, openTestEncoder, random } from "./pictures.ts";

const test = suite("H.264 check");
const format = { widthPx: 96, heightPx: 64 };
const encoder = await openTestEncoder("h264", format.widthPx, format.heightPx);
const keyframe = encoder.encode(draw(96, 64, 0), true).data;
const delta = encoder.encode(draw(96, 64, 1)).data;

/** Writes bit by bit, as a sequence parameter set is written. */
class BitWriter {
  #bits = "";

  bits(value: number, count: number): this {
    this.#bits += value.toString(2).padStart(count, "0");
    return this;
  }

  /** ue(v) */
  golomb(...values: readonly number[]): this {
    for (const value of values) {
      const binary = (value + 1).toString(2);
      this.#bits += "0".repeat(binary.length - 1) + binary;
    }
    return this;
  }

  toBytes(): number[] {
    const padded = `${this.#bits}1`.padEnd(Math.ceil((this.#bits.length + 1) / 8) * 8, "0");
    return padded.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [];
  }
}

interface ParameterSet {
  readonly profile?: number;
  readonly chroma?: number;
  readonly lumaBits?: number;
  readonly hasScaling?: boolean;
  readonly orderType?: number;
  readonly columns?: number;
  readonly rows?: number;
  readonly isProgressive?: boolean;
  readonly crop?: readonly [number, number, number, number];
}

/** A sequence parameter set with its start code. 96×64 unless it is told otherwise. */
function parameterSet(options: ParameterSet = {}): Buffer {
  const {
    profile = 100,
    chroma = 1,
    lumaBits = 8,
    hasScaling = false,
    orderType = 2,
    columns = 6,
    rows = 4,
    isProgressive = true,
    crop,
  } = options;
  const set = new BitWriter().bits(profile, 8).bits(0, 8).bits(31, 8).golomb(0);
  if (profile === 100)
    set
      .golomb(chroma, lumaBits - 8, 0)
      .bits(0, 1)
      .bits(hasScaling ? 1 : 0, 1);
  set.golomb(0, orderType);
  if (orderType === 0) set.golomb(2);
  if (orderType === 1) set.bits(0, 1).golomb(0, 0, 2, 1, 1);
  set
    .golomb(1)
    .bits(0, 1)
    .golomb(columns - 1, rows - 1)
    .bits(isProgressive ? 1 : 0, 1);
  if (!isProgressive) set.bits(0, 1);
  set.bits(1, 1).bits(crop === undefined ? 0 : 1, 1);
  if (crop !== undefined) set.golomb(...crop);
  return Buffer.from([0, 0, 0, 1, 0x67, ...set.bits(0, 1).toBytes()]);
}

const unit = (header: number): Buffer => Buffer.from([0, 0, 1, header, 1, 2, 3]);

test("takes what the encoder writes, keyframes and others, of the announced size", async () => {
  checkH264(keyframe, format);
  checkH264(delta, format);
  for (const [widthPx, heightPx] of [
    [16, 16],
    [1280, 720],
    [1920, 1080],
    [854, 480],
    [62, 46],
    [4096, 64],
  ] as const) {
    const other = await openTestEncoder("h264", widthPx, heightPx);
    checkH264(other.encode(draw(widthPx, heightPx, 0), true).data, { widthPx, heightPx });
    other.close();
  }
});

const good: readonly (readonly [string, ParameterSet])[] = [
  ["Baseline", { profile: 66 }],
  ["Main", { profile: 77 }],
  ["High", {}],
  ["picture order of type 0", { orderType: 0 }],
  ["picture order of type 1", { orderType: 1 }],
  ["a picture that is cut out of larger ones on all sides", { columns: 8, rows: 6, crop: [3, 13, 5, 11] }],
];
for (const [name, options] of good) test(`takes ${name}`, () => checkH264(Buffer.concat([parameterSet(options), unit(0x65)]), format));

const refusals: (readonly [string, Buffer, DecodeErrorCode])[] = [
  ["nothing", Buffer.alloc(0), "undecodable"],
  ["no start code", Buffer.alloc(100, 1), "undecodable"],
  ["something before the first start code", Buffer.concat([Buffer.from([7]), keyframe]), "undecodable"],
  ["a start code at the end", Buffer.from([...delta, 0, 0, 1]), "undecodable"],
  ["the forbidden bit", unit(0xe5), "undecodable"],
  ["another width", parameterSet({ columns: 7 }), "wrong-size"],
  ["another height", parameterSet({ rows: 5 }), "wrong-size"],
  ["another size by cropping", parameterSet({ crop: [1, 0, 0, 0] }), "wrong-size"],
  ["4096×4096 behind a good one", Buffer.concat([parameterSet(), parameterSet({ columns: 256, rows: 256 })]), "wrong-size"],
  ["a size that is negative after cropping", parameterSet({ crop: [60, 0, 0, 0] }), "wrong-size"],
  ["10 bits", parameterSet({ lumaBits: 10 }), "undecodable"],
  ["4:2:2", parameterSet({ chroma: 2 }), "undecodable"],
  ["grey", parameterSet({ chroma: 0 }), "undecodable"],
  ["scaling matrices", parameterSet({ hasScaling: true }), "undecodable"],
  ["interlaced pictures", parameterSet({ isProgressive: false }), "undecodable"],
  ["a parameter set that is cut off", parameterSet().subarray(0, 8), "undecodable"],
  ["an endless parameter set", Buffer.concat([parameterSet(), Buffer.alloc(600, 0xaa)]), "undecodable"],
];
for (const profile of [44, 83, 86, 88, 110, 118, 122, 128, 244])
  refusals.push([`profile ${profile}`, parameterSet({ profile }), "undecodable"]);
for (const type of [0, 2, 3, 4, 10, 11, 13, 14, 15, 19, 20, 21, 24, 30, 31])
  refusals.push([`a unit of type ${type}`, unit(0x60 | type), "undecodable"]);
for (const [name, data, code] of refusals) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => checkH264(data, format),
      (error) => error instanceof DecodeError && error.code === code,
    );
  });
}

test("is not deceived by bytes that keep start codes out of a parameter set", () => {
  // A width of 32,768 macroblocks is written with 15 zeros in a row: 00 00 03 in the unit.
  const wide = parameterSet({ columns: 32_768 });
  const body = [...wide.subarray(5)];
  const escaped: number[] = [];
  for (const byte of body) {
    if (byte <= 3 && escaped.at(-1) === 0 && escaped.at(-2) === 0) escaped.push(3);
    escaped.push(byte);
  }
  const data = Buffer.from([0, 0, 1, 0x67, ...escaped]);
  checkH264(data, { widthPx: 32_768 * 16, heightPx: 64 });
  assert.throws(
    () => checkH264(data, format),
    (error) => error instanceof DecodeError && error.code === "wrong-size",
  );
});

test("gives nothing but its own error for 20,000 mutants, in a moment", () => {
  const next = random(17);
  const sinceMs = performance.now();
  for (let mutant = 0; mutant < 20_000; mutant++) {
    try {
      checkH264(mutate(mutant % 2 === 0 ? keyframe : parameterSet(), next), format);
    } catch (error) {
      assert.ok(error instanceof DecodeError, String(error));
    }
  }
  assert.ok(performance.now() - sinceMs < 5_000);
});

test.run();
