import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { openOpusDecoder } from "../../src/audio/opus-decoder.ts";
import { checkOpus } from "../../src/audio/opus-check.ts";
import { DecodeError } from "../../src/errors.ts";

const test = suite("OpusDecoder");

test("decodes a packet to its samples, from −1 to 1", async () => {
  const decoder = await openOpusDecoder();
  // A CELT packet of 20 ms in stereo (RFC 6716, 3.1: configuration 31, code 0), with nothing in it.
  const sound = decoder.decode(Uint8Array.of(0xfc, 0xff, 0xfe));
  assert.equal(sound.length, 960);
  assert.ok(sound.every((sample) => Math.abs(sample) <= 1));
  decoder.close();
});

/** One packet a row, and whether RFC 6716, 3.4 allows it. */
const packets: readonly (readonly [string, boolean, readonly number[]])[] = [
  ["nothing", false, []],
  ["one frame of nothing", true, [0xfc]],
  ["one frame of 1,275 bytes", true, [0xfc, ...Array<number>(1275).fill(0)]],
  ["one frame of 1,276 bytes", false, [0xfc, ...Array<number>(1276).fill(0)]],
  ["two frames of one size", true, [0xfd, 1, 2, 3, 4]],
  ["two frames of one size in three bytes", false, [0xfd, 1, 2, 3]],
  ["two frames, the first with its length", true, [0xfe, 1, 9, 8, 8]],
  ["two frames, the first longer than the packet", false, [0xfe, 5, 9]],
  ["two frames without a length", false, [0xfe]],
  ["a length of two bytes of which one is there", false, [0xfe, 252]],
  ["a length of two bytes", true, [0xfe, 252, 0, ...Array<number>(252).fill(1)]],
  ["many frames without a count", false, [0xff]],
  ["no frame", false, [0xff, 0]],
  ["6 of 20 ms", true, [0xff, 6, 1, 2, 3, 4, 5, 6]],
  ["7 of 20 ms: more than 120", false, [0xff, 7, 1, 2, 3, 4, 5, 6, 7]],
  ["48 of 2.5 ms", true, [0xe3, 48, ...Array<number>(48).fill(1)]],
  ["2 of 60 ms", true, [0x1b, 2, 1, 2]],
  ["3 of 60 ms", false, [0x1b, 3, 1, 2, 3]],
  ["frames of unlike sizes that say they are alike", false, [0xff, 2, 1, 2, 3]],
  ["frames of their own sizes", true, [0xff, 0x83, 1, 2, 9, 8, 8, 7]],
  ["frames of their own sizes, cut off", false, [0xff, 0x83, 1, 5, 9]],
  ["padding", true, [0xff, 0x41, 2, 9, 0, 0]],
  ["padding of 254 and 3", true, [0xff, 0x41, 255, 3, 9, ...Array<number>(257).fill(0)]],
  ["more padding than there is", false, [0xff, 0x41, 9, 1]],
  ["padding that never ends", false, [0xff, 0x41, 255, 255, 255]],
];

for (const [name, isAllowed, bytes] of packets) {
  test(`${isAllowed ? "takes" : "refuses"} ${name}`, () => {
    if (isAllowed) checkOpus(Uint8Array.from(bytes));
    else assert.throws(() => checkOpus(Uint8Array.from(bytes)), DecodeError);
  });
}

test("gives sound or a typed error for any bytes, and goes on", async () => {
  const decoder = await openOpusDecoder();
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (data) => {
      try {
        const sound = decoder.decode(data);
        assert.ok(sound.length <= 5_760 && sound.every(Number.isFinite));
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
    { numRuns: 10_000 },
  );
  assert.equal(decoder.decode(Uint8Array.of(0xfc, 0xff, 0xfe)).length, 960);
  decoder.close();
});

test.run();
