// sender → receiver as real processes on loopback: every picture that is shown is the one that was captured, and every frame is accounted for.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkAccount, checkBarcodes, summaryOf } from "../../e2e/call-summary.ts";
import { withPrograms } from "../../e2e/program.ts";

const loopback = ["--listen", "127.0.0.1:0"];

for (const codec of ["h264", "jpeg"]) {
  test(
    `shows every captured frame of the test card, or counts it as dropped (${codec})`,
    withPrograms(async (start) => {
      const sender = start("sender", ["--source", "testcard", "--camera-size", "640x360", "--video-codec", codec, ...loopback]);
      const receiver = start("receiver", ["--no-window", "--time-limit", "4"], { env: { SVC_INVITE: await sender.invite() } });
      await receiver.exits(0);
      const summary = summaryOf(receiver);
      checkAccount(summary);
      checkBarcodes(summary);
      assert.ok(summary.shown >= 30, receiver.transcript());
      assert.is(receiver.plainLines.length, 0);
      await sender.interrupt();
    }),
  );
}

test.run();
