import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { RateGuard } from "../../src/session/rate-guard.ts";
import { TextPace } from "../../src/session/text-pace.ts";
import { micros } from "../../src/time/clock.ts";

const test = suite("TextPace");

test("never sends what the other end takes for a flood, however texts come and clocks run", () => {
  const steps = fc.array(fc.record({ pauseMs: fc.nat(3_000), wanted: fc.nat(200) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, fc.double({ min: 0.95, max: 1, noNaN: true }), (wishes, theirClock) => {
      const [pace, guard] = [new TextPace(), new RateGuard()];
      let atUs = 0;
      for (const { pauseMs, wanted } of wishes) {
        atUs += pauseMs * 1_000;
        const count = Math.min(wanted, pace.allowance(micros(atUs)));
        pace.sent(count);
        for (let sent = 0; sent < count; sent++) {
          assert.ok(guard.allows({ type: "text", id: 1, text: "x" }, micros(Math.floor(atUs * theirClock))));
        }
      }
    }),
  );
});

test("says when the next one may go", () => {
  const pace = new TextPace();
  const burst = pace.allowance(micros(0));
  assert.ok(burst >= 100, `${burst}`);
  pace.sent(burst);
  assert.equal(pace.allowance(micros(0)), 0);
  const waitMs = pace.waitMs();
  assert.ok(waitMs > 0 && waitMs <= 1_000, `${waitMs}`);
  assert.equal(pace.allowance(micros(waitMs * 1_000)), 1);
});

test.run();
