// Tests of tools/bench/shown-pictures.ts: what is said of a call from its pictures.

import { test } from "uvu";
import * as assert from "uvu/assert";

import {
  goodputBps,
  latenciesOf,
  lateShare,
  longestGapMs,
  oldestMs,
  rateReachedMs,
  recoveryMs,
  shownBetween,
  type ShownPicture,
} from "../../bench/shown-pictures.ts";

/** Ten pictures a second from 0 on, of these latencies. */
function tenASecond(latencies: readonly number[], bytes: number = 1000): ShownPicture[] {
  return latencies.map((latencyMs, index) => ({ frame: index + 1, shownUs: index * 100_000, latencyMs, bytes }));
}

const fine = (count: number): number[] => Array.from({ length: count }, () => 80);

test("takes the pictures of a span, its end not included", () => {
  const shown = tenASecond(fine(5));
  assert.equal(
    shownBetween(shown, 100_000, 300_000).map(({ frame }) => frame),
    [2, 3],
  );
  assert.is(shownBetween(shown, 200_000).length, 3);
});

test("states latencies, the oldest picture, and the share of late ones", () => {
  const shown = tenASecond([10, 20, 30, 400]);
  assert.equal(latenciesOf(shown), { p50: 20, p95: 400, p99: 400 });
  assert.is(oldestMs(shown), 400);
  assert.is(oldestMs([]), 0);
  assert.is(lateShare(shown, 200), 0.25);
  assert.is(lateShare(shown, 400), 0);
  assert.is(lateShare([], 200), 0);
});

test("counts a freeze at the beginning and at the end as a gap", () => {
  const shown = tenASecond(fine(3));
  assert.is(longestGapMs(shown, 0, 200_001), 100);
  assert.is(longestGapMs(shown, -500_000, 200_001), 500);
  assert.is(longestGapMs(shown, 0, 900_000), 700);
});

test("has recovered from the first picture on that no late one follows within two seconds", () => {
  const budget = { fromUs: 0, budgetMs: 200 };
  assert.is(recoveryMs(tenASecond(fine(40)), { ...budget, toUs: 4e6 }), 0);
  assert.is(recoveryMs(tenASecond([80, 700, 500, ...fine(40)]), { ...budget, toUs: 4e6 }), 300);
  // A late picture 2.5 s after recovery is another matter, one 1.5 s after it is not.
  assert.is(recoveryMs(tenASecond([700, ...fine(24), 300, ...fine(30)]), { ...budget, toUs: 5e6 }), 100);
  assert.is(recoveryMs(tenASecond([700, ...fine(14), 300, ...fine(30)]), { ...budget, toUs: 4e6 }), 1600);
});

test("counts the freeze as well, and the whole time when it never recovers", () => {
  const span = { fromUs: -1_000_000, toUs: 4e6, budgetMs: 200 };
  assert.is(recoveryMs(tenASecond(fine(30)), span), 1000);
  assert.is(recoveryMs([], span), 5000);
  assert.is(recoveryMs(tenASecond(fine(50).map(() => 900)), span), 5000);
});

test("counts video bits over the span", () => {
  assert.is(goodputBps(tenASecond(fine(10)), 0, 1_000_000), 80_000);
  assert.is(goodputBps([], 0, 1_000_000), 0);
});

test("finds the end of the first second that carries the bitrate", () => {
  // 80 kbit/s up to 3 s, then 160: the second that ends with the picture at 3.9 s is the first that is full of the larger ones.
  const shown = [...tenASecond(fine(30)), ...tenASecond(fine(30), 2000).map((picture) => ({ ...picture, shownUs: picture.shownUs + 3e6 }))];
  assert.is(rateReachedMs(shown, { fromUs: 0, toUs: 6e6, bitrateBps: 159_000 }), 3900);
  assert.is(rateReachedMs(shown, { fromUs: 0, toUs: 6e6, bitrateBps: 79_000 }), 1000);
  assert.is(rateReachedMs(shown, { fromUs: 0, toUs: 6e6, bitrateBps: 500_000 }), 6000);
});

test.run();
