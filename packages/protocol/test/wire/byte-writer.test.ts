import { test } from "uvu";
import * as assert from "uvu/assert";
import { ByteWriter } from "../../src/wire/byte-writer.ts";

const isRangeError = (error: unknown): boolean => error instanceof RangeError;

test("writes big-endian", () => {
  const bytes = new ByteWriter(15).u8(1).u16(0x0203).u32(0x0405_0607).u64(0x08_090a_0b0c_0d0e).finish();
  assert.is(Buffer.from(bytes).toString("hex"), "010203040506070008090a0b0c0d0e");
});

test("refuses values that do not fit their field", () => {
  for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => new ByteWriter(8).u8(value), isRangeError);
    assert.throws(() => new ByteWriter(8).u64(value), isRangeError);
  }
  assert.throws(() => new ByteWriter(8).u8(0x100), isRangeError);
  assert.throws(() => new ByteWriter(8).u16(0x1_0000), isRangeError);
  assert.throws(() => new ByteWriter(8).u32(0x1_0000_0000), isRangeError);
  assert.throws(() => new ByteWriter(8).u64(2 ** 53), isRangeError);
});

test("refuses more than was reckoned", () => {
  assert.throws(() => new ByteWriter(3).u32(1), isRangeError);
  assert.throws(() => new ByteWriter(3).bytes(new Uint8Array(4)), isRangeError);
});

test("refuses to hand out a buffer that is not full", () => {
  assert.throws(() => new ByteWriter(2).u8(1).finish(), /not written to its end/u);
});

test.run();
