import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";

import { sentSize } from "../../src/capture/scaling.ts";

const test = suite("sent size");

const table = [
  [[1280, 720], 1280, [1280, 720]],
  [[1920, 1080], 1280, [1280, 720]],
  [[720, 1280], 640, [360, 640]],
  [[640, 480], 1280, [640, 480]],
  [[641, 481], 1280, [640, 480]],
  [[3840, 2160], 1280, [1280, 720]],
  [[1366, 768], 1280, [1280, 720]],
] as const;
for (const [[widthPx, heightPx], maxSidePx, expected] of table) {
  test(`is ${expected.join("x")} for ${widthPx}x${heightPx} within ${maxSidePx}`, () => {
    const size = sentSize({ widthPx, heightPx, frameRate: 30 }, maxSidePx);
    assert.deepEqual([size.widthPx, size.heightPx], expected);
  });
}

test("is even, within the limit, not larger than the source, and of its shape", () => {
  const side = fc.integer({ min: 2, max: 8192 });
  fc.assert(
    fc.property(side, side, fc.integer({ min: 64, max: 4096 }), (widthPx, heightPx, maxSidePx) => {
      const sent = sentSize({ widthPx, heightPx, frameRate: 30 }, maxSidePx);
      const scale = Math.min(1, maxSidePx / Math.max(widthPx, heightPx));
      for (const [sentPx, sourcePx] of [
        [sent.widthPx, widthPx],
        [sent.heightPx, heightPx],
      ] as const) {
        assert.equal(sentPx % 2, 0);
        assert.ok(sentPx >= 2 && sentPx <= sourcePx && sentPx <= maxSidePx, `${sentPx} of ${sourcePx} within ${maxSidePx}`);
        assert.ok(Math.abs(sentPx - Math.max(2, sourcePx * scale)) <= 2, `${sentPx} of ${sourcePx * scale}`);
      }
    }),
    { numRuns: 5_000 },
  );
});

test.run();
