import assert from "node:assert/strict";
import { suite } from "uvu";
import { TagReader, TagWriter } from "../../src/sound/pulse-tags.ts";

const test = suite("PulseAudio's values");

test("writes them as PulseAudio's tagstruct.c does", () => {
  const bytes = new TagWriter()
    .u32(258)
    .string("ear")
    .string(undefined)
    .bool(true, false)
    .bytes(Uint8Array.of(7))
    .sampleSpec(48_000)
    .channelMap()
    .normalVolume()
    .time(3_000_005);
  assert.equal(
    bytes.finish().toString("hex"),
    [
      "4c00000102",
      "7465617200",
      "4e",
      "3130",
      "780000000107",
      "61" + "0501" + "0000bb80",
      "6d0100",
      "760100010000",
      "540000000300000005",
    ].join(""),
  );
});

test("writes what two channels are, and where", () => {
  const bytes = new TagWriter().sampleSpec(48_000, 2).channelMap(2).normalVolume(2).finish();
  assert.equal(bytes.toString("hex"), ["61" + "0502" + "0000bb80", "6d02" + "0102", "7602" + "00010000".repeat(2)].join(""));
});

test("reads back what it wrote, and steps over what nobody asks for", () => {
  const values = new TagReader(
    new TagWriter()
      .properties({ a: "one", b: "two" })
      .sampleSpec(48_000)
      .channelMap()
      .normalVolume()
      .time(1)
      .string("end")
      .bool(false)
      .u32(5)
      .finish(),
  );
  assert.deepEqual(
    values.next(),
    new Map([
      ["a", "one"],
      ["b", "two"],
    ]),
  );
  assert.equal(values.skip(4).text(), "end");
  assert.equal(values.next(), false);
  assert.equal(values.isAtEnd, false);
  assert.equal(values.integer(), 5);
  assert.ok(values.isAtEnd);
});

test("reads negative and large integers", () => {
  assert.equal(new TagReader(Buffer.from("72ffffffffffffffff", "hex")).integer(), -1);
  assert.equal(new TagReader(Buffer.from("550000000100000000", "hex")).integer(), 2 ** 32);
});

test("refuses what is cut short, of another kind, or unknown", () => {
  for (const hex of ["", "4c0000", "7465", "78000000ff00", "74656100", "ff"]) {
    assert.throws(() => new TagReader(Buffer.from(hex, "hex")).integer(), RangeError, hex);
  }
});

test.run();
