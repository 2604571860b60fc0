// What we write is what numpy writes, byte for byte, and we read it back.

import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";

import { LegacyError } from "../../src/legacy/legacy-error.ts";
import { pickleEnvelope, pickleFrame } from "../../src/legacy/pickle-frame.ts";
import { unpickleFrame } from "../../src/legacy/unpickle-frame.ts";
import { vectorBytes, vectorPixels } from "./vector.ts";

const test = suite("pickleFrame");

test("writes the bytes that numpy 1 writes at protocol 4", () => {
  for (const name of ["picture", "wide"]) {
    const { pixels, ...size } = vectorPixels(name);
    assert.equal(Buffer.from(pickleFrame(size, pixels)), vectorBytes(name, 4));
  }
});

test("gives back any picture that it wrote", () => {
  const side = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(255, 256, 257, 300));
  fc.assert(
    fc.property(side, side, fc.nat(255), (widthPx, heightPx, salt) => {
      const pixels = Buffer.alloc(widthPx * heightPx * 3);
      for (let index = 0; index < pixels.length; index += 1) {
        pixels[index] = index * 13 + salt;
      }
      const result = unpickleFrame(pickleFrame({ widthPx, heightPx }, pixels));
      assert.is(result.type, "frame");
      if (result.type === "frame") {
        assert.is(result.widthPx, widthPx);
        assert.is(result.heightPx, heightPx);
        assert.is(pixels.compare(result.pixels), 0);
      }
    }),
  );
});

test("refuses sizes outside the limits and pixels that do not fit", () => {
  const bad = [
    { widthPx: 0, heightPx: 1 },
    { widthPx: 1.5, heightPx: 1 },
    { widthPx: 4097, heightPx: 1 },
    { widthPx: 4096, heightPx: 4096 },
    { widthPx: Number.NaN, heightPx: 1 },
  ];
  for (const size of bad) {
    assert.throws(
      () => pickleEnvelope(size),
      (error: unknown) => error instanceof LegacyError && error.code === "unsupported-shape",
    );
  }
  assert.throws(
    () => pickleFrame({ widthPx: 2, heightPx: 2 }, new Uint8Array(11)),
    (error: unknown) => error instanceof LegacyError && error.code === "unsupported-shape",
  );
});

test.run();
