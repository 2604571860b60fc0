// Tests of tools/bench/statistics.ts.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { fitLine, mean, median, percentile, spreadOf } from "../../bench/statistics.ts";

const values = fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 50 });

test("takes the middle value, or the mean of the two middle ones", () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 2, 3]), 2.5);
  assert.is(median([7]), 7);
});

test("orders numbers as numbers", () => {
  assert.equal(spreadOf([10, 9, 100]), { median: 10, min: 9, max: 100 });
});

test("takes percentiles by nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.is(percentile(hundred, 0.5), 50);
  assert.is(percentile(hundred, 0.95), 95);
  assert.is(percentile(hundred, 1), 100);
  assert.is(percentile(hundred, 0), 1);
  assert.is(percentile([5], 0.99), 5);
});

test("fits a line, and says how sure the slope is", () => {
  assert.equal(
    fitLine([
      [0, 1],
      [1, 3],
      [2, 5],
    ]),
    { slope: 2, slopeError: 0 },
  );
  // By hand: slope 0.5; what is left is −1/6, 1/3, −1/6, its squares 1/6; √(1/6 ÷ 1 ÷ 2).
  const { slope, slopeError } = fitLine([
    [0, 0],
    [1, 1],
    [2, 1],
  ]);
  assert.ok(Math.abs(slope - 0.5) < 1e-12 && Math.abs(slopeError - Math.sqrt(1 / 12)) < 1e-12, `${slope} ± ${slopeError}`);
  for (const points of [
    [],
    [
      [0, 1],
      [1, 2],
    ],
    [
      [1, 1],
      [1, 2],
      [1, 3],
    ],
  ] as const)
    assert.throws(
      () => fitLine(points),
      (error: unknown) => error instanceof RangeError,
    );
});

test("refuses to make a figure of nothing", () => {
  for (const of of [median, mean, spreadOf, (none: number[]) => percentile(none, 0.5)])
    assert.throws(
      () => of([]),
      (error: unknown) => error instanceof RangeError,
    );
});

test("keeps the median between the least and the greatest, whatever the order", () => {
  fc.assert(
    fc.property(values, (list) => {
      const { median: middle, min, max } = spreadOf(list);
      assert.ok(min <= middle && middle <= max);
      assert.equal(spreadOf([...list].reverse()), { median: middle, min, max });
      assert.ok(list.includes(percentile(list, 0.95)));
    }),
  );
});

test.run();
