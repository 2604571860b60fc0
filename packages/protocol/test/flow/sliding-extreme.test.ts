import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { SlidingExtreme } from "../../src/flow/sliding-extreme.ts";
import { micros } from "../../src/time/clock.ts";

const test = suite("SlidingExtreme");

test("gives what looking at all values of the span would give", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("greatest" as const, "least" as const),
      fc.array(fc.record({ afterUs: fc.integer({ min: 0, max: 40 }), value: fc.integer({ min: -9, max: 9 }) }), { maxLength: 300 }),
      (kind, steps) => {
        const extreme = new SlidingExtreme(kind, 100);
        const all: { atUs: number; value: number }[] = [];
        let atUs = 0;
        for (const { afterUs, value } of steps) {
          atUs += afterUs;
          extreme.add(value, micros(atUs));
          all.push({ atUs, value });
          const fresh = all.filter((past) => past.atUs >= atUs - 100).map((past) => past.value);
          assert.equal(extreme.read(micros(atUs)), kind === "greatest" ? Math.max(...fresh) : Math.min(...fresh));
        }
      },
    ),
  );
});

test("keeps the newest value when all are out of date, and has none at first", () => {
  const extreme = new SlidingExtreme("greatest", 100);
  assert.equal(extreme.read(micros(5)), undefined);
  extreme.add(2, micros(0));
  extreme.add(1, micros(10));
  assert.equal(extreme.read(micros(1_000)), 1);
});

test.run();
