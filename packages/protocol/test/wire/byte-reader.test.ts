import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProtocolError, type ProtocolErrorCode } from "../../src/errors.ts";
import { ByteReader } from "../../src/wire/byte-reader.ts";
import { ByteWriter } from "../../src/wire/byte-writer.ts";

function failsWith(code: ProtocolErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof ProtocolError && error.code === code;
}

test("reads back what the writer wrote", () => {
  const property = fc.property(fc.nat(0xff), fc.nat(0xffff), fc.nat(0xffff_ffff), fc.maxSafeNat(), fc.uint8Array(), (a, b, c, d, e) => {
    const bytes = new ByteWriter(15 + e.byteLength).u8(a).u16(b).u32(c).u64(d).bytes(e).finish();
    const reader = new ByteReader(bytes);
    assert.equal([reader.u8(), reader.u16(), reader.u32(), reader.u64(), reader.rest()], [a, b, c, d, e]);
    reader.end();
  });
  fc.assert(property, { numRuns: 1_000 });
});

test("reads big-endian, from a view into a larger buffer too", () => {
  const reader = new ByteReader(Buffer.from("ffff0102030405060708ffff", "hex").subarray(2, 10));
  assert.is(reader.u16(), 0x0102);
  assert.is(reader.u32(), 0x0304_0506);
  assert.is(reader.remaining, 2);
  assert.equal(reader.bytes(2), Uint8Array.of(7, 8));
  assert.throws(() => reader.u8(), failsWith("truncated"));
});

test("never reads past the end, and moves no further when it fails", () => {
  const reads: readonly ((reader: ByteReader) => unknown)[] = [(r) => r.u16(), (r) => r.u32(), (r) => r.u64(), (r) => r.bytes(2)];
  for (const read of reads) {
    const reader = new ByteReader(Uint8Array.of(1));
    assert.throws(() => read(reader), failsWith("truncated"));
    assert.is(reader.remaining, 1);
  }
});

test("refuses 64-bit numbers that a double does not hold exactly", () => {
  assert.is(new ByteReader(Buffer.from("001fffffffffffff", "hex")).u64(), Number.MAX_SAFE_INTEGER);
  assert.throws(() => new ByteReader(Buffer.from("0020000000000000", "hex")).u64(), failsWith("bad-value"));
});

test("refuses bytes after the last field", () => {
  assert.throws(() => new ByteReader(Uint8Array.of(1)).end(), failsWith("trailing-bytes"));
});

test("keeps a leading byte order mark", () => {
  assert.is(new ByteReader(Buffer.from("\ufeffa")).restUtf8(), "\ufeffa");
});

test("gives views, not copies", () => {
  const bytes = Uint8Array.of(1, 2, 3);
  assert.is(new ByteReader(bytes).rest().buffer, bytes.buffer);
});

test.run();
