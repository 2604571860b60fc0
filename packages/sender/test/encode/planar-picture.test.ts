import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";

import { interleaveChroma } from "../../src/encode/planar-picture.ts";

const test = suite("planar pictures");

test("interleaves the chroma planes, byte for byte", () => {
  const even = fc.integer({ min: 1, max: 20 }).map((half) => 2 * half);
  fc.assert(
    fc.property(even, even, (widthPx, heightPx) => {
      const luma = widthPx * heightPx;
      const planar = Buffer.from(Array.from({ length: (luma * 3) / 2 }, (_, at) => (at * 7 + 3) % 256));
      const interleaved = interleaveChroma(planar, { widthPx, heightPx });
      assert.equal(interleaved.length, planar.length);
      assert.deepEqual(interleaved.subarray(0, luma), planar.subarray(0, luma));
      for (let at = 0; at < luma / 4; at++) {
        assert.equal(interleaved[luma + 2 * at], planar[luma + at]);
        assert.equal(interleaved[luma + 2 * at + 1], planar[luma + luma / 4 + at]);
      }
    }),
  );
});

test.run();
