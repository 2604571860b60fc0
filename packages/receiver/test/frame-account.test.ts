import assert from "node:assert/strict";
import type { AccountMessage } from "@simple-video-chat/protocol";
import fc from "fast-check";
import { suite } from "uvu";

import { FrameAccount, type FrameTotals } from "../src/frame-account.ts";
import { noPlayback, type PlaybackCounts } from "../src/playback-counts.ts";

const test = suite("FrameAccount");

function account(fields: Partial<AccountMessage>): AccountMessage {
  return {
    type: "account",
    track: 1,
    final: false,
    firstFrame: 0,
    lastFrame: 0,
    notEncoded: 0,
    encoderDropped: 0,
    notSent: 0,
    sent: 0,
    ...fields,
  };
}

function sumOf({ shown, dropped }: FrameTotals): number {
  return shown + Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

function checkBalance(frames: FrameAccount): void {
  const totals = frames.totals();
  assert.equal(totals.captured, sumOf(totals) + frames.inPlayback);
  for (const [name, count] of Object.entries(totals.dropped)) assert.ok(Number(count) >= 0, `${name} is ${String(count)}`);
}

test("is empty in the beginning", () => {
  const totals = new FrameAccount().totals();
  assert.equal(totals.captured, 0);
  assert.equal(sumOf(totals), 0);
});

test("closes exactly at the end of an ordinary call", () => {
  const frames = new FrameAccount();
  for (const frame of [2, 3, 4, 7]) frames.arrived(frame);
  frames.accounted(account({ firstFrame: 1, lastFrame: 7, notEncoded: 2, encoderDropped: 1, sent: 4 }));
  frames.arrived(9);
  frames.accounted(account({ final: true, firstFrame: 8, lastFrame: 10, notSent: 2, sent: 1 }));
  frames.played({ ...noPlayback, shown: 2, superseded: 1, stale: 1, undecodable: 1 });
  const { captured, shown, dropped } = frames.totals();
  assert.deepEqual([captured, shown, frames.inPlayback], [10, 2, 0]);
  assert.deepEqual(dropped, {
    notEncoded: 2,
    encoderDropped: 1,
    notSent: 2,
    lost: 0,
    waitingForKeyframe: 0,
    undecodable: 1,
    engineDied: 0,
    superseded: 1,
    stale: 1,
  });
});

test("counts what was sent on a connection that was cut, and what was in an engine that died", () => {
  const frames = new FrameAccount();
  frames.arrived(1);
  frames.arrived(2);
  frames.accounted(account({ firstFrame: 1, lastFrame: 2, sent: 2 }));
  frames.played({ ...noPlayback, shown: 1 });
  frames.playbackDied();
  frames.arrived(3);
  // 4 to 8 went with the connection, whose account never came.
  frames.arrived(9);
  frames.accounted(account({ firstFrame: 9, lastFrame: 9, sent: 1 }));
  frames.played({ ...noPlayback, shown: 2 });
  const { captured, shown, dropped } = frames.totals();
  assert.deepEqual([captured, shown, dropped.engineDied, dropped.lost], [9, 3, 1, 5]);
  checkBalance(frames);
});

test("adds the sessions of a sender that was started again, without counting a picture twice", () => {
  const frames = new FrameAccount();
  for (let session = 0; session < 5; session++) {
    for (const frame of [1, 2, 3]) frames.arrived(frame);
    frames.accounted(account({ firstFrame: 1, lastFrame: 5, notEncoded: 2, sent: 3 }));
    frames.played({ ...noPlayback, shown: 3 * session + 2 });
    frames.newSession();
    checkBalance(frames);
  }
  frames.played({ ...noPlayback, shown: 15 });
  const { captured, shown, dropped } = frames.totals();
  assert.deepEqual([captured, shown, dropped.notEncoded, dropped.lost, frames.inPlayback], [25, 15, 10, 0, 0]);
});

/** A sender, a link that may be cut, and a playback that may die, with the truth about every frame. */
const steps = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom("send", "send", "skip", "drop", "not sent") },
    { weight: 4, arbitrary: fc.constantFrom("show", "supersede", "too old", "refuse", "wait") },
    { weight: 2, arbitrary: fc.constantFrom("account") },
    { weight: 1, arbitrary: fc.constantFrom("cut", "engine dies", "session ends") },
  ),
  { maxLength: 120 },
);

test("balances after every step of any history, and tells the truth at its end", () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 50 }), (history, joinedAt) => {
      const frames = new FrameAccount();
      let frame = joinedAt;
      let since = account({});
      let played: PlaybackCounts = noPlayback;
      let inEngine = 0;
      const truth = { captured: 0, arrived: 0, shown: 0, died: 0 };
      const tell = (final: boolean): void => {
        frames.accounted({ ...since, final });
        since = account({});
      };
      const capture = (what: "notEncoded" | "encoderDropped" | "notSent" | "sent"): void => {
        frame++;
        truth.captured++;
        since = { ...since, firstFrame: since.firstFrame || frame, lastFrame: frame, [what]: since[what] + 1 };
      };
      const play = (what: keyof PlaybackCounts): void => {
        if (inEngine === 0) return;
        inEngine--;
        played = { ...played, [what]: played[what] + 1 };
        if (what === "shown") truth.shown++;
        frames.played(played);
      };
      for (const step of history) {
        if (step === "send") {
          capture("sent");
          frames.arrived(frame);
          truth.arrived++;
          inEngine++;
        } else if (step === "skip") capture("notEncoded");
        else if (step === "drop") capture("encoderDropped");
        else if (step === "not sent") capture("notSent");
        else if (step === "show") play("shown");
        else if (step === "supersede") play("superseded");
        else if (step === "too old") play("stale");
        else if (step === "refuse") play("undecodable");
        else if (step === "wait") play("waitingForKeyframe");
        else if (step === "account") tell(false);
        else if (step === "engine dies") {
          frames.playbackDied();
          truth.died += inEngine;
          inEngine = 0;
          played = noPlayback;
        } else if (step === "cut") {
          // Two packets and the account are lost on the way.
          capture("sent");
          capture("sent");
          since = account({});
        } else {
          tell(true);
          frames.newSession();
          frame = 0;
        }
        checkBalance(frames);
        assert.equal(frames.inPlayback, inEngine);
      }
      // One frame more, so that what a cut hid lies between frames that are known.
      capture("notEncoded");
      tell(true);
      checkBalance(frames);
      const totals = frames.totals();
      assert.equal(totals.shown, truth.shown);
      assert.equal(totals.dropped.engineDied, truth.died);
      // What a cut hides in the very beginning of a session is known to nobody.
      assert.ok(totals.captured <= truth.captured);
      if (!history.includes("cut")) assert.equal(totals.captured, truth.captured);
      if (!history.includes("cut")) assert.equal(totals.dropped.lost, 0);
    }),
    { numRuns: 2_000 },
  );
});

test("never goes below zero, and still balances, whatever a sender claims", () => {
  const claims = fc.record({
    arrive: fc.nat(5),
    first: fc.integer({ min: 0, max: 40 }),
    counts: fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.nat(9)),
    session: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(claims, { maxLength: 20 }), (history) => {
      const frames = new FrameAccount();
      let frame = 0;
      for (const { arrive, first, counts, session } of history) {
        for (let packets = 0; packets < arrive; packets++) frames.arrived(++frame);
        const [notEncoded, encoderDropped, notSent, sent] = counts;
        const total = notEncoded + encoderDropped + notSent + sent;
        const isEmpty = first === 0 || total === 0;
        frames.accounted(
          isEmpty ? account({}) : account({ firstFrame: first, lastFrame: first + total - 1, notEncoded, encoderDropped, notSent, sent }),
        );
        if (session) frames.newSession();
        checkBalance(frames);
      }
    }),
    { numRuns: 2_000 },
  );
});

test.run();
