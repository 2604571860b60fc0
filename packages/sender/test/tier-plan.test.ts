import assert from "node:assert/strict";
import { micros } from "@simple-video-chat/protocol";
import fc from "fast-check";
import { suite } from "uvu";

import { tierBitrateBps, TierPlan, type TierReceiver } from "../src/tier-plan.ts";

const test = suite("TierPlan");

/** A receiver whose target and fate the test sets. */
class Watcher implements TierReceiver {
  targetBitrateBps: number;
  isStalled = false;
  /** Pictures that need less than the links take. */
  mostBps = Number.POSITIVE_INFINITY;

  constructor(targetBitrateBps: number) {
    this.targetBitrateBps = targetBitrateBps;
  }

  sentBitrateBps(): number {
    return Math.min(this.mostBps, this.targetBitrateBps);
  }
}

const reviewUs = 250_000;

/** A plan and its clock. */
class Plan {
  readonly plan = new TierPlan<Watcher>();
  nowUs = 0;
  moves = 0;

  join(...targets: number[]): Watcher[] {
    const watchers = targets.map((target) => new Watcher(target));
    for (const watcher of watchers) this.plan.join(watcher);
    return watchers;
  }

  /** @param each called before each look at the targets */
  pass(seconds: number, each: (nowUs: number) => void = () => {}): void {
    for (const endUs = this.nowUs + seconds * 1e6; this.nowUs < endUs;) {
      this.nowUs += reviewUs;
      each(this.nowUs);
      this.moves += this.plan.review(micros(this.nowUs)).length;
    }
  }

  /** The targets by tier. */
  get targets(): number[][] {
    return this.plan.tiers.map(({ receivers }) => [...receivers].map(({ targetBitrateBps }) => targetBitrateBps));
  }

  tierOf(watcher: Watcher): number {
    return this.plan.tierOf(watcher)?.id ?? 0;
  }
}

test("leaves those together whose links take about the same, at what the slowest of them takes", () => {
  const plan = new Plan();
  plan.join(2e6, 1.9e6, 1.5e6);
  plan.pass(60);
  assert.deepEqual(plan.targets, [[2e6, 1.9e6, 1.5e6]]);
  const [tier] = plan.plan.tiers;
  assert.ok(tier);
  assert.equal(tierBitrateBps(tier.receivers), 1.5e6);
});

test("moves down who falls behind, not before two seconds, and until then the others lose nothing", () => {
  const plan = new Plan();
  const [, slow] = plan.join(2e6, 2e6);
  assert.ok(slow);
  slow.targetBitrateBps = 3e5;
  plan.pass(2);
  assert.deepEqual(plan.targets, [[2e6, 3e5]]);
  const [tier] = plan.plan.tiers;
  assert.ok(tier);
  assert.equal(tierBitrateBps(tier.receivers), 2e6);
  plan.pass(0.5);
  assert.deepEqual(plan.targets, [[2e6], [3e5]]);
});

test("gives time to one that has come and whose target grows", () => {
  const plan = new Plan();
  const [, late] = plan.join(4e7, 1.5e7);
  assert.ok(late);
  plan.pass(8, () => (late.targetBitrateBps = Math.min(4e7, late.targetBitrateBps * 1.1)));
  assert.equal(plan.moves, 0);
});

test("moves nobody for pictures that need no more than the slowest link takes", () => {
  const plan = new Plan();
  const watchers = plan.join(2e6, 1e6);
  for (const watcher of watchers) watcher.mostBps = 9e5;
  plan.pass(60);
  assert.equal(plan.moves, 0);
  for (const watcher of watchers) watcher.mostBps = 1.9e6;
  plan.pass(3);
  assert.equal(plan.moves, 1);
});

test("moves up who has caught up, and closes the tier that it leaves empty", () => {
  const plan = new Plan();
  const [, slow] = plan.join(2e6, 5e5);
  assert.ok(slow);
  plan.pass(3);
  const lower = plan.tierOf(slow);
  slow.targetBitrateBps = 1.7e6;
  plan.pass(30);
  assert.equal(plan.tierOf(slow), lower, "not quite");
  slow.targetBitrateBps = 2e6;
  plan.pass(3);
  assert.deepEqual(plan.targets, [[2e6, 2e6]]);
});

test("forgets the best tier with its last receiver, and goes on with the next", () => {
  const plan = new Plan();
  const [best, slow] = plan.join(2e6, 5e5);
  assert.ok(best && slow);
  plan.pass(3);
  plan.plan.leave(best);
  assert.deepEqual(plan.targets, [[5e5]]);
  plan.plan.leave(slow);
  assert.deepEqual(plan.targets, [[]], "the last tier stays");
});

test("lets nobody have a say of whom nothing arrives, and has no tier for it", () => {
  const plan = new Plan();
  const [stalled] = plan.join(2e6, 5e5, 5e5);
  assert.ok(stalled);
  stalled.isStalled = true;
  plan.pass(60);
  assert.equal(plan.moves, 0);
  const [tier] = plan.plan.tiers;
  assert.ok(tier);
  assert.equal(tierBitrateBps(tier.receivers), 5e5);
});

test("puts the fourth kind of link to the nearest tier", () => {
  const plan = new Plan();
  plan.join(8e6, 4e6, 2e6, 1e6, 9e5);
  plan.pass(20);
  assert.equal(plan.plan.tiers.length, 3);
  assert.deepEqual(
    plan.targets.map((tier) => Math.max(...tier)),
    [8e6, 4e6, 2e6],
  );
});

test("makes one who goes to and fro wait longer each time", () => {
  const plan = new Plan();
  const [, restless] = plan.join(2e6, 2e6);
  assert.ok(restless);
  // Its link is good just until it has the pictures for a good link.
  plan.pass(300, () => (restless.targetBitrateBps = plan.tierOf(restless) === 1 ? 5e5 : 2e6));
  assert.ok(plan.moves >= 8 && plan.moves <= 28, `${plan.moves} moves in five minutes`);
});

test("settles for any links, with everybody in one tier of at most three, and moves nobody any more", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 60_000, max: 40_000_000 }), { minLength: 1, maxLength: 32 }), (targets) => {
      const plan = new Plan();
      const watchers = plan.join(...targets);
      plan.pass(40);
      const before = plan.moves;
      plan.pass(60);
      assert.equal(plan.moves, before, "a move although no link has changed");
      const [best] = plan.plan.tiers;
      assert.ok(best);
      // The fast ones do not notice.
      assert.ok((tierBitrateBps(best.receivers) ?? 0) >= 0.7 * Math.max(...targets));
      for (const watcher of watchers) {
        if (watcher.targetBitrateBps < 0.7 * Math.max(...targets)) assert.ok(!best.receivers.has(watcher));
      }
    }),
    { numRuns: 300 },
  );
});

type Step =
  | { readonly do: "join"; readonly target: number }
  | { readonly do: "leave" | "stall"; readonly who: number }
  | { readonly do: "target"; readonly who: number; readonly target: number }
  | { readonly do: "pass"; readonly seconds: number };

test("keeps everybody in exactly one of at most three tiers, in any history", () => {
  const who = fc.nat(9);
  const target = fc.integer({ min: 60_000, max: 4_000_000 });
  const steps: fc.Arbitrary<Step[]> = fc.array(
    fc.oneof(
      fc.record({ do: fc.constant("join" as const), target }),
      fc.record({ do: fc.constantFrom("leave" as const, "stall" as const), who }),
      fc.record({ do: fc.constant("target" as const), who, target }),
      fc.record({ do: fc.constant("pass" as const), seconds: fc.integer({ min: 1, max: 6 }) }),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(steps, (history) => {
      const plan = new Plan();
      const here: Watcher[] = [];
      const ids = new Set<number>();
      for (const step of history) {
        const chosen = "who" in step ? here[step.who] : undefined;
        if (step.do === "join") here.push(...plan.join(step.target));
        if (step.do === "pass") plan.pass(step.seconds);
        if (chosen !== undefined && step.do === "leave") {
          plan.plan.leave(chosen);
          here.splice(here.indexOf(chosen), 1);
        }
        if (chosen !== undefined && step.do === "stall") chosen.isStalled = !chosen.isStalled;
        if (chosen !== undefined && step.do === "target") chosen.targetBitrateBps = step.target;
        const { tiers } = plan.plan;
        assert.ok(tiers.length >= 1 && tiers.length <= 3);
        assert.deepEqual(new Set(tiers.flatMap(({ receivers }) => [...receivers])), new Set(here));
        assert.equal(
          tiers.reduce((sum, { receivers }) => sum + receivers.size, 0),
          plan.plan.size,
        );
        for (const watcher of here) assert.ok(tiers.find(({ id }) => id === plan.tierOf(watcher))?.receivers.has(watcher));
        if (here.length > 0)
          assert.ok(
            tiers.every(({ receivers }) => receivers.size > 0),
            "an encoder for nobody",
          );
        // A tier that was closed is not taken for a new one.
        const present = tiers.map(({ id }) => id);
        for (const id of present) assert.ok(ids.has(id) || id > Math.max(0, ...ids));
        for (const id of present) ids.add(id);
      }
    }),
    { numRuns: 300 },
  );
});

test.run();
