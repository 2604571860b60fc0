import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { TimedSamples } from "../../src/audio/timed-samples.ts";

const test = suite("TimedSamples");

/** Samples that say where they belong. */
const from = (at: number, length: number): Float32Array => Float32Array.from({ length }, (_, index) => at + index);

function take(samples: TimedSamples, at: number, length: number): number[] {
  const block = new Float32Array(length);
  samples.take(block, at);
  return [...block];
}

test("gives every sample at its place, however it was cut, and drops what is over", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: -500, max: 500 }),
      fc.integer({ min: 0, max: 3_000 }),
      (lengths, begin, due) => {
        const samples = new TimedSamples();
        let end = begin;
        for (const length of lengths) {
          samples.push(from(end, length), end);
          end += length;
        }
        assert.equal(samples.end, end);
        for (let at = due; at < end; at += 480) {
          const expected = Array.from({ length: 480 }, (_, index) => (at + index >= begin && at + index < end ? at + index : 0));
          assert.deepEqual(take(samples, at, 480), expected);
        }
        samples.take(new Float32Array(480), end);
        assert.ok(samples.isEmpty);
      },
    ),
  );
});

test("is silent in a hole, and takes uneven clocks for none", () => {
  const samples = new TimedSamples();
  samples.push(from(1, 480), 0);
  samples.push(from(481, 480), 500);
  samples.push(from(961, 480), 450);
  samples.push(from(1, 480), 48_000);
  assert.deepEqual(take(samples, 0, 1_440), [...from(1, 1_440)]);
  assert.deepEqual(take(samples, 2_000, 480), [...new Float32Array(480)]);
  assert.deepEqual(take(samples, 47_990, 20), [...new Float32Array(10), ...from(1, 10)]);
});

test("goes on where a file's clock is not known, goes back, or leaps", () => {
  const samples = new TimedSamples();
  for (const at of [undefined, -90_000, 10 ** 12, undefined]) samples.push(from(1, 100), at);
  assert.equal(samples.end, 400);
});

test.run();
