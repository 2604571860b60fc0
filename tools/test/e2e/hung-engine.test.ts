// @timeout 240
// A capture engine that hangs, as in a driver or in a filter that never returns: its pulse stops, and it is killed and started again in the same
// call. Most of the test waits.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkAccount, summaryOf } from "../../e2e/call-summary.ts";
import { withPrograms } from "../../e2e/program.ts";

/** 40 s of silence, and what a computer may add that is busy with other tests. */
const noticedMs = 90_000;

test(
  "starts a capture engine again that hangs, says why, and shows its pictures in the same call",
  withPrograms(async (start) => {
    const words = ["--source", "testcard", "--camera-size", "160x120", "--max-fps", "5", "--no-audio", "--listen", "127.0.0.1:0"];
    const sender = start("sender", words);
    const receiver = start("receiver", ["--no-window", "--no-audio"], { env: { SVC_INVITE: await sender.invite() } });
    await receiver.event("first-picture");
    const hung = await sender.engine("capture");
    process.kill(hung, "SIGSTOP");
    await sender.event("trouble", { where: ({ isFinal }) => isFinal === false, limitMs: noticedMs });
    await sender.sentence(/no sign of life for 40 s/);
    assert.is.not(await sender.engine("capture", hung), hung);
    const shown = (event: { readonly [key: string]: unknown }): number => Number(event["shown"]);
    const base = await receiver.event("stats", { from: receiver.events.length });
    await receiver.event("stats", { from: receiver.events.length, where: (event) => shown(event) > shown(base) + 3, limitMs: 20_000 });
    receiver.signal("SIGINT");
    await receiver.exits(130);
    checkAccount(summaryOf(receiver));
    // The receiver heard of each second that there was nothing.
    assert.is(receiver.events.filter(({ event }) => event === "reconnecting" || event === "silent").length, 0);
  }, 200_000),
);

test.run();
