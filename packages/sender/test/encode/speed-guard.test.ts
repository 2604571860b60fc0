import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";

import { type Relief, SpeedGuard } from "../../src/encode/speed-guard.ts";

const test = suite("speed guard");
const periodUs = 33_333;

/** A second of pictures, and the one that ends it; then a pause. */
const secondPictures = 32;
const strideUs = 10_000_000;

/** A guard that has seen a start at which all was well. */
function started(): SpeedGuard {
  const guard = new SpeedGuard();
  begin(guard, 0.3);
  return guard;
}

/** Half a second of pictures, long before all others. */
function begin(guard: SpeedGuard, share: number, from: number = 0): void {
  for (let picture = from; picture < from + 12; picture++) guard.onPicture(share * periodUs, periodUs, -strideUs + picture * periodUs);
}

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
  assert.deepEqual(run(started(), Array<number>(8).fill(0.7)), [0, 0, 1, 1, 1, 2, 2, 2]);
});

test("does not mind a busy moment, nor single slow pictures", () => {
  assert.deepEqual(run(new SpeedGuard(), [0.9, 0.9, 0.3, 0.9, 0.9, 0.3]), [0, 0, 0, 0, 0, 0]);
  const guard = new SpeedGuard();
  for (let picture = 0; picture < 600; picture++) guard.onPicture((picture % 3 === 0 ? 2 : 0.2) * periodUs, periodUs, picture * periodUs);
  assert.equal(guard.relief, 0);
});

test("takes a step off in the first half second of a machine that is too slow by far, and another in the next one where that was not enough", () => {
  for (const [share, relief] of [
    [0.9, [0, 0]],
    [1.2, [1, 2]],
  ] as const) {
    const guard = new SpeedGuard();
    const reliefs = [0, 12].map((from) => {
      begin(guard, share, from);
      return guard.relief;
    });
    assert.deepEqual(reliefs, relief, `${share} of the time between pictures`);
  }
});

test("does not judge by cold pictures, nor by few", () => {
  const guard = new SpeedGuard();
  for (const share of [9, 9, 3, 3, 3, 3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]) guard.onPicture(share * periodUs, periodUs, 0);
  assert.equal(guard.relief, 0);
});

test("gives back soon what a busy start has taken, and then knows the machine as any other", () => {
  const guard = new SpeedGuard();
  begin(guard, 2.5);
  begin(guard, 1.2, 12);
  assert.deepEqual(run(guard, Array<number>(10).fill(0.2)), [2, 2, 2, 1, 1, 1, 1, 0, 0, 0]);
  assert.deepEqual(run(guard, Array<number>(4).fill(0.7), 10), [0, 0, 1, 1]);
  assert.equal(run(guard, Array<number>(14).fill(0.2), 14).at(-1), 1, "as soon as after the start");
});

test("gives a step back, once, when it is easy for long", () => {
  const guard = started();
  run(guard, Array<number>(6).fill(0.7));
  assert.equal(guard.relief, 2);
  const easy = run(guard, Array<number>(60).fill(0.1), 6);
  assert.deepEqual(easy.slice(0, 14), Array<number>(14).fill(2));
  assert.equal(easy.at(-1), 1);
  run(guard, [0.7, 0.7, 0.7], 66);
  assert.equal(guard.relief, 2);
  assert.equal(run(guard, Array<number>(60).fill(0.1), 69).at(-1), 2, "a second time");
});

test("never restarts the encoder more often than at the start and twice up from there, down twice, up once, down once more", () => {
  const share = fc.double({ min: 0, max: 3, noNaN: true });
  fc.assert(
    fc.property(share, fc.array(share, { maxLength: 120 }), (startShare, shares) => {
      const guard = new SpeedGuard();
      begin(guard, startShare);
      const reliefs = [guard.relief, ...run(guard, shares)];
      const changes = reliefs.filter((relief, at) => at > 0 && relief !== reliefs[at - 1]).length;
      assert.ok(changes <= 6, `${changes}`);
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
