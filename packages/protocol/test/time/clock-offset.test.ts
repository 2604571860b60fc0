import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { micros } from "../../src/time/clock.ts";
import { ClockOffset, type ClockSample, toOurClock, toTheirClock } from "../../src/time/clock-offset.ts";

const test = suite("ClockOffset");

/** A ping over a way of which the truth is known. */
function sampleOf(way: { atUs: number; offsetUs: number; forthUs: number; backUs: number; heldUs: number }): ClockSample {
  const receivedUs = way.atUs + way.forthUs + way.offsetUs;
  return {
    sentUs: micros(way.atUs),
    receivedUs: micros(receivedUs),
    repliedUs: micros(receivedUs + way.heldUs),
    returnedUs: micros(way.atUs + way.forthUs + way.heldUs + way.backUs),
  };
}

test("knows nothing before the first answer", () => {
  assert.equal(new ClockOffset().estimate(micros(0)), undefined);
});

test("is exact on a way that takes the same time in both directions, however long the other end held the ping", () => {
  const clock = new ClockOffset();
  clock.add(sampleOf({ atUs: 0, offsetUs: -123_456, forthUs: 20_000, backUs: 20_000, heldUs: 700_000 }));
  assert.deepEqual(clock.estimate(micros(740_000)), { offsetUs: -123_456, errorUs: 20_000, rttUs: 40_000 });
});

test("is never wrong by more than it says, on any way", () => {
  const way = fc.record({ forthUs: fc.nat(500_000), backUs: fc.nat(500_000), heldUs: fc.nat(50_000) });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e12 }), fc.array(way, { minLength: 1, maxLength: 40 }), (offsetUs, ways) => {
      const clock = new ClockOffset();
      let atUs = 0;
      for (const one of ways) {
        clock.add(sampleOf({ atUs, offsetUs, ...one }));
        atUs += 2_000_000;
        const estimate = clock.estimate(micros(atUs));
        assert.ok(estimate !== undefined && Math.abs(estimate.offsetUs - offsetUs) <= estimate.errorUs + 1);
      }
    }),
  );
});

test("prefers the shortest round trip, and forgets it after a minute", () => {
  const clock = new ClockOffset();
  clock.add(sampleOf({ atUs: 0, offsetUs: 0, forthUs: 1_000, backUs: 1_000, heldUs: 0 }));
  clock.add(sampleOf({ atUs: 2_000_000, offsetUs: 0, forthUs: 90_000, backUs: 10_000, heldUs: 0 }));
  assert.equal(clock.estimate(micros(3_000_000))?.rttUs, 2_000);
  clock.add(sampleOf({ atUs: 70_000_000, offsetUs: 0, forthUs: 90_000, backUs: 10_000, heldUs: 0 }));
  assert.equal(clock.estimate(micros(70_200_000))?.rttUs, 100_000);
});

test("leaves out answers that cannot be", () => {
  const clock = new ClockOffset();
  clock.add({ sentUs: micros(1_000), receivedUs: micros(0), repliedUs: micros(5_000), returnedUs: micros(2_000) });
  clock.add({ sentUs: micros(1_000), receivedUs: micros(10), repliedUs: micros(5), returnedUs: micros(2_000) });
  assert.equal(clock.estimate(micros(3_000)), undefined);
});

test("converts instants there and back", () => {
  const estimate = { offsetUs: -500, errorUs: 1, rttUs: 2 };
  assert.equal(toTheirClock(micros(1_000), estimate), 500);
  assert.equal(toOurClock(micros(500), estimate), 1_000);
});

test.run();
