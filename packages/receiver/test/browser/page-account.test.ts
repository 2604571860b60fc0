// Whatever pages come and go, and whatever they say: every packet is counted once.
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { PageAccount } from "../../src/browser/page-account.ts";
import type { PageReport } from "../../src/browser/page-messages.ts";
import { noPlayback, totalCount } from "../../src/playback-counts.ts";

const told = (counts: Partial<PageReport>): PageReport => ({
  type: "report",
  frame: 1,
  shownUs: 1000,
  decodeUs: 1,
  displayWaitUs: 1,
  ...noPlayback,
  ...counts,
});

test("counts what no page got as waiting for a keyframe", () => {
  const account = new PageAccount(1);
  for (let count = 0; count < 3; count++) account.packet(false);
  assert.is(account.report.waitingForKeyframe, 3);
  assert.is(account.report.frame, 0);
});

test("goes on from what earlier pages have shown, and counts what they did not tell of", () => {
  const account = new PageAccount(1);
  for (let count = 0; count < 5; count++) account.packet(true);
  assert.ok(account.told(told({ frame: 3, shown: 2, superseded: 1 })));
  account.left();
  for (let count = 0; count < 2; count++) account.packet(true);
  assert.ok(account.told(told({ frame: 7, shown: 2 })));
  const { shown, superseded, waitingForKeyframe, frame } = account.report;
  assert.equal({ shown, superseded, waitingForKeyframe, frame }, { shown: 4, superseded: 1, waitingForKeyframe: 2, frame: 7 });
});

test("does not believe a page that has seen more than it was given, or less than before", () => {
  const account = new PageAccount(1);
  account.packet(true);
  assert.not(account.told(told({ shown: 2 })));
  assert.ok(account.told(told({ shown: 1 })));
  assert.not(account.told(told({ shown: 0 })));
  assert.is(account.report.shown, 1);
});

test("counts every packet once", () => {
  const steps = fc.array(fc.oneof(fc.constant("packet"), fc.constant("none"), fc.constant("leave"), fc.nat({ max: 9 })), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (all) => {
      const account = new PageAccount(1);
      let packets = 0;
      for (const step of all) {
        if (step === "packet" || step === "none") {
          packets++;
          account.packet(step === "packet");
        } else if (step === "leave") account.left();
        else account.told(told({ shown: Number(step) }));
        assert.ok(totalCount(account.report) <= packets);
      }
      account.left();
      assert.is(totalCount(account.report), packets);
    }),
  );
});

test.run();
