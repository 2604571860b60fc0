import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";

import { PictureWatch } from "../src/picture-watch.ts";

const test = suite("PictureWatch");

const second = 1_000_000;
/** Longest time until a picture that is no live one any more is found out: an account that does not come, and its allowance. */
const foundOutUs = 1_300_000;
/** One look each, as the call does. */
const lookUs = 250_000;

/** A source, a link and a playback. Times in µs. */
interface Source {
  readonly periodUs: number;
  /** From capture to display. */
  readonly latencyUs: number;
  /** It gives no frame from here on. */
  readonly endsUs?: number;
  /** Nothing comes through from here on. */
  readonly stallsUs?: number;
  /** Packets come from here on, but too late to be shown. */
  readonly lateFromUs?: number;
}

/** Runs 20 s of it; gives the first look at which the picture is frozen. */
function firstFrozenUs({ periodUs, latencyUs, endsUs = Infinity, stallsUs = Infinity, lateFromUs = Infinity }: Source): number | undefined {
  const watch = new PictureWatch();
  const events: { atUs: number; run: () => void }[] = [];
  const passes = (atUs: number): boolean => atUs < stallsUs;
  let captured = 0;
  for (let frame = 1; frame * periodUs < Math.min(endsUs, 20 * second); frame++) {
    const shownUs = frame * periodUs + latencyUs;
    const arrivesUs = frame * periodUs + latencyUs * 0.9;
    if (passes(arrivesUs)) events.push({ atUs: arrivesUs, run: () => watch.heard(frame, arrivesUs) });
    if (passes(arrivesUs) && shownUs < lateFromUs) events.push({ atUs: shownUs, run: () => watch.shown(frame, shownUs) });
    captured = frame;
  }
  for (let atUs = 0; atUs < 20 * second; atUs += second) {
    const arrivesUs = atUs + latencyUs;
    const told = Math.min(captured, Math.floor(atUs / periodUs));
    const before = Math.min(captured, Math.floor((atUs - second) / periodUs));
    if (passes(arrivesUs)) events.push({ atUs: arrivesUs, run: () => watch.accounted(told > before ? told : 0, arrivesUs) });
  }
  const looks: number[] = [];
  for (let atUs = 0; atUs < 20 * second; atUs += lookUs) {
    events.push({ atUs, run: () => watch.isFrozen(atUs) && looks.push(atUs) });
  }
  for (const { run } of events.sort((a, b) => a.atUs - b.atUs)) run();
  return looks[0];
}

const anySource = fc.record({
  periodUs: fc.integer({ min: 16_000, max: 9 * second }),
  latencyUs: fc.integer({ min: 1_000, max: 250_000 }),
});

test("leaves the picture of any source alone, however rarely it gives one, and when it stops", () => {
  fc.assert(
    fc.property(anySource, fc.option(fc.integer({ min: 0, max: 20 * second }), { nil: undefined }), (source, endsUs) => {
      assert.equal(firstFrozenUs({ ...source, ...(endsUs !== undefined && { endsUs }) }), undefined);
    }),
    { numRuns: 500 },
  );
});

test("finds a picture frozen soon after the link brings nothing any more, at any frame rate", () => {
  fc.assert(
    fc.property(anySource, fc.integer({ min: 10 * second, max: 15 * second }), (source, stallsUs) => {
      const frozenUs = firstFrozenUs({ ...source, stallsUs });
      assert.ok(frozenUs !== undefined && frozenUs <= stallsUs + foundOutUs + second + lookUs, `${frozenUs} us`);
    }),
    { numRuns: 500 },
  );
});

test("finds a picture frozen when newer ones come and none can be shown, but only after a second", () => {
  const live = { periodUs: 33_333, latencyUs: 50_000 };
  const frozenUs = firstFrozenUs({ ...live, lateFromUs: 5 * second }) ?? 0;
  assert.ok(frozenUs > 5.9 * second && frozenUs <= 6 * second + lookUs, `${frozenUs} us`);
});

test("knows a frame that was never sent from the last one of a camera that is off", () => {
  const at = (lastFrame: number): boolean => {
    const watch = new PictureWatch();
    watch.heard(10, 0);
    watch.shown(10, 0);
    watch.accounted(lastFrame, 0.9 * second);
    watch.accounted(0, 1.9 * second);
    return watch.isFrozen(2 * second);
  };
  assert.equal(at(12), false);
  assert.equal(at(13), true);
});

test("sees nothing frozen where no picture is shown", () => {
  const watch = new PictureWatch();
  assert.equal(watch.isFrozen(100 * second), false);
  watch.heard(5, 0);
  assert.equal(watch.isFrozen(100 * second), false);
  watch.shown(5, 0);
  assert.equal(watch.isFrozen(100 * second), true);
  watch.forget();
  assert.equal(watch.isFrozen(100 * second), false);
});

test.run();
