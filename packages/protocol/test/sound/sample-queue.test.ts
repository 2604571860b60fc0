import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { SampleQueue } from "../../src/sound/sample-queue.ts";

test("gives samples in order, whatever the pieces, and loses only what does not fit or is dropped", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("push" as const), count: fc.nat(12) }),
    fc.record({ do: fc.constant("take" as const), count: fc.nat(12) }),
    fc.record({ do: fc.constant("drop" as const), count: fc.nat(12) }),
  );
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.array(step, { maxLength: 60 }), (capacity, steps) => {
      const queue = new SampleQueue(capacity);
      const model: number[] = [];
      let next = 1;
      for (const { do: what, count } of steps) {
        if (what === "push") {
          const samples = Array.from({ length: count }, () => next++);
          queue.push(Float32Array.from(samples));
          model.push(...samples.slice(0, capacity - model.length));
        } else if (what === "take") {
          const block = new Float32Array(count);
          const taken = queue.take(block);
          assert.equal([...block.subarray(0, taken)], model.splice(0, count));
          assert.ok(block.subarray(taken).every((sample) => sample === 0));
        } else assert.is(queue.drop(count), model.splice(0, count).length);
        assert.is(queue.length, model.length);
      }
    }),
  );
});

test.run();
