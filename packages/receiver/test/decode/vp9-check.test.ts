import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";

import { checkVp9 } from "../../src/decode/vp9-check.ts";
import { type DecodeErrorCode, DecodeError } from "../../src/errors.ts";
import { draw, mutate, openTestEncoder, random } from "./pictures.ts";

const test = suite("VP9 check");
const format = { widthPx: 96, heightPx: 64 };
const encoder = await openTestEncoder("vp9", format.widthPx, format.heightPx);
const keyframe = encoder.encode(draw(96, 64, 0), true).data;
const delta = encoder.encode(draw(96, 64, 1)).data;

function withBits(data: Buffer, at: number, count: number, value: number): Buffer {
  const changed = Buffer.from(data);
  for (let bit = 0; bit < count; bit++) {
    const byte = (at + bit) >> 3;
    const mask = 0x80 >> ((at + bit) & 7);
    const isSet = ((value >> (count - 1 - bit)) & 1) === 1;
    changed[byte] = isSet ? (changed[byte] ?? 0) | mask : (changed[byte] ?? 0) & ~mask;
  }
  return changed;
}

/** Where the fields of a keyframe's header are, in bits. */
const at = { marker: 0, profile: 2, isOld: 4, isDelta: 5, isShown: 6, sync: 8, colour: 32, width: 36, height: 52 };

test("takes what the encoder writes, keyframes and others, of the announced size", () => {
  checkVp9(keyframe, format);
  checkVp9(delta, format);
  for (let number = 2; number < 30; number++) checkVp9(encoder.encode(draw(96, 64, number), number % 10 === 0).data, format);
});

test("reads the size as it was written, whatever it is", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 65_536 }), fc.integer({ min: 1, max: 65_536 }), (widthPx, heightPx) => {
      const data = withBits(withBits(keyframe, at.width, 16, widthPx - 1), at.height, 16, heightPx - 1);
      checkVp9(data, { widthPx, heightPx });
      assert.throws(
        () => checkVp9(data, { widthPx: widthPx + 2, heightPx }),
        (error) => error instanceof DecodeError && error.code === "wrong-size",
      );
    }),
  );
});

/** Two copies of a frame with an index. */
function superframe(frame: Buffer): Buffer {
  const marker = 0xc0 | (1 << 3) | 1;
  const index = Buffer.alloc(6);
  index[0] = index[5] = marker;
  index.writeUInt16LE(frame.length, 1);
  index.writeUInt16LE(frame.length, 3);
  return Buffer.concat([frame, frame, index]);
}

const refusals: readonly (readonly [string, Buffer, DecodeErrorCode])[] = [
  ["nothing", Buffer.alloc(0), "undecodable"],
  ["one byte", keyframe.subarray(0, 1), "undecodable"],
  ["a header that is cut off in its size", keyframe.subarray(0, 7), "undecodable"],
  ["another marker", withBits(keyframe, at.marker, 2, 1), "undecodable"],
  ["profile 1", withBits(keyframe, at.profile, 2, 2), "undecodable"],
  ["profile 2: more than 8 bits", withBits(keyframe, at.profile, 2, 1), "undecodable"],
  ["an old frame again", withBits(keyframe, at.isOld, 1, 1), "undecodable"],
  ["a hidden frame", withBits(keyframe, at.isShown, 1, 0), "undecodable"],
  ["a wrong sync code", withBits(keyframe, at.sync, 8, 0), "undecodable"],
  ["RGB", withBits(keyframe, at.colour, 3, 7), "undecodable"],
  ["another width", withBits(keyframe, at.width, 16, 97), "wrong-size"],
  ["another height", withBits(keyframe, at.height, 16, 61), "wrong-size"],
  ["65536×65536", withBits(keyframe, at.width, 32, 0xff_ff_ff_ff), "wrong-size"],
  ["two frames in one packet", superframe(keyframe), "undecodable"],
];
for (const [name, data, code] of refusals) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => checkVp9(data, format),
      (error) => error instanceof DecodeError && error.code === code,
    );
  });
}

test("refuses a frame between keyframes that brings a size of its own", () => {
  // Behind the marker, the profile and four flags of a resilient frame: refresh flags, references, and three times "not of a reference".
  const header = withBits(Buffer.alloc(20), 0, 8, 0b10_00_0_1_1_1);
  const own = (widthPx: number): Buffer => withBits(withBits(header, 8 + 8 + 12 + 3, 16, widthPx - 1), 8 + 8 + 12 + 3 + 16, 16, 63);
  checkVp9(own(96), format);
  assert.throws(
    () => checkVp9(own(4096), format),
    (error) => error instanceof DecodeError && error.code === "wrong-size",
  );
});

test("gives nothing but its own error for 20,000 mutants, in a moment", () => {
  const next = random(13);
  const sinceMs = performance.now();
  for (let mutant = 0; mutant < 20_000; mutant++) {
    try {
      checkVp9(mutate(mutant % 2 === 0 ? keyframe : delta, next), format);
    } catch (error) {
      assert.ok(error instanceof DecodeError, String(error));
    }
  }
  assert.ok(performance.now() - sinceMs < 5_000);
});

test.run();
