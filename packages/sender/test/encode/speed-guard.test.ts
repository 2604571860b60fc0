import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";

import { type Relief, SpeedGuard } from "../../src/encode/speed-guard.ts";

const test = suite("speed guard");
const periodUs = 33_333;

/** A second of pictures, and the one that ends it; then a pause. */
const secondPictures = 32;
const strideUs = 10_000_000;

/** Seconds of pictures that each take a share of the time between them; what the machine needs after each second. */
function run(guard: SpeedGuard, shares: readonly number[], startS: number = 0): Relief[] {
  return shares.map((share, second) => {
    const startUs = (startS + second) * strideUs;
    for (let picture = 0; picture < secondPictures; picture++) guard.onPicture(share * periodUs, periodUs, startUs + picture * periodUs);
    return guard.relief;
  });
}

test("takes nothing off a machine that keeps up", () => {
  assert.deepEqual(run(new SpeedGuard(), Array<number>(60).fill(0.4)), Array<number>(60).fill(0));
});

test("takes a step off after three slow seconds, and another after three more", () => {
  assert.deepEqual(run(new SpeedGuard(), Array<number>(8).fill(0.7)), [0, 0, 1, 1, 1, 2, 2, 2]);
});

test("does not mind a busy moment, nor single slow pictures", () => {
  assert.deepEqual(run(new SpeedGuard(), [0.9, 0.9, 0.3, 0.9, 0.9, 0.3]), [0, 0, 0, 0, 0, 0]);
  const guard = new SpeedGuard();
  for (let picture = 0; picture < 600; picture++) guard.onPicture((picture % 3 === 0 ? 2 : 0.2) * periodUs, periodUs, picture * periodUs);
  assert.equal(guard.relief, 0);
});

test("gives a step back, once, when it is easy for long", () => {
  const guard = new SpeedGuard();
  run(guard, Array<number>(6).fill(0.7));
  assert.equal(guard.relief, 2);
  const easy = run(guard, Array<number>(60).fill(0.1), 6);
  assert.deepEqual(easy.slice(0, 14), Array<number>(14).fill(2));
  assert.equal(easy.at(-1), 1);
  run(guard, [0.7, 0.7, 0.7], 66);
  assert.equal(guard.relief, 2);
  assert.equal(run(guard, Array<number>(60).fill(0.1), 69).at(-1), 2, "a second time");
});

test("never restarts the encoder more often than down twice, up once, down once more", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { maxLength: 120 }), (shares) => {
      const reliefs = [0, ...run(new SpeedGuard(), shares)];
      const changes = reliefs.filter((relief, at) => at > 0 && relief !== reliefs[at - 1]).length;
      assert.ok(changes <= 4, `${changes}`);
      for (const [at, relief] of reliefs.entries()) assert.ok(Math.abs(relief - (reliefs[at - 1] ?? relief)) <= 1);
    }),
  );
});

test("says nothing of a source that gives a picture now and then", () => {
  const guard = new SpeedGuard();
  for (let picture = 0; picture < 100; picture++) guard.onPicture(2 * periodUs, periodUs, picture * 400_000);
  assert.equal(guard.relief, 0);
});

test.run();
