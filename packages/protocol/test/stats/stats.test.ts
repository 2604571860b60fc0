import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { CallPercentiles, SlidingPercentiles } from "../../src/stats/percentiles.ts";
import { RateMeter } from "../../src/stats/rate.ts";

const test = suite("stats");

function naive(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? NaN;
}

const durations = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 300 });

test("sliding percentiles are those of the values themselves", () => {
  fc.assert(
    fc.property(durations, (values) => {
      const sliding = new SlidingPercentiles();
      for (const value of values) sliding.add(value, 0);
      assert.deepEqual(sliding.read(0), {
        p50: naive(values, 0.5),
        p95: naive(values, 0.95),
        p99: naive(values, 0.99),
        max: Math.max(...values),
        count: values.length,
      });
    }),
  );
});

test("sliding percentiles forget what is older than the window, and the oldest beyond the capacity", () => {
  const sliding = new SlidingPercentiles({ windowUs: 1_000, capacity: 3 });
  assert.equal(sliding.read(0), undefined);
  for (let at = 0; at < 5; at++) sliding.add(at, at * 100);
  assert.deepEqual(sliding.read(400), { p50: 3, p95: 4, p99: 4, max: 4, count: 3 });
  assert.equal(sliding.read(1_350)?.count, 1);
  assert.equal(sliding.read(1_400), undefined);
});

test("a call's percentiles are within 0.6 % of those of the values", () => {
  assert.equal(new CallPercentiles().read(), undefined);
  fc.assert(
    fc.property(durations, (values) => {
      const call = new CallPercentiles();
      for (const value of values) call.add(value);
      const read = call.read();
      assert.ok(read !== undefined);
      for (const [share, value] of [
        [0.5, read.p50],
        [0.95, read.p95],
        [0.99, read.p99],
        [1, read.max],
      ] as const) {
        const exact = naive(values, share);
        assert.ok(Math.abs(value - exact) <= 0.006 * exact + 0.5, `${value} for ${exact}`);
      }
    }),
  );
});

test("a rate is the amount over the window, right from the start, and 0 after a pause", () => {
  const meter = new RateMeter({ windowUs: 2_000_000 });
  assert.equal(meter.perSecond(0), 0);
  for (let frame = 0; frame < 300; frame++) {
    const nowUs = frame * 33_333;
    meter.add(1, nowUs);
    if (frame > 30) assert.ok(Math.abs(meter.perSecond(nowUs) - 30) <= 1.5, `${meter.perSecond(nowUs)} at frame ${frame}`);
  }
  assert.equal(meter.perSecond(20_000_000), 0);
});

test.run();
