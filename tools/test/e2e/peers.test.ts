// Two peers as real processes: both directions at once, and every way in which a call ends leaves nothing behind and closes both accounts.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { checkAccount, checkBarcodes, summaryOf } from "../../e2e/call-summary.ts";
import { mappedFiles } from "../../e2e/process-tree.ts";
import { type Program, type Start, withPrograms } from "../../e2e/program.ts";

const testCard = ["--source", "testcard", "--camera-size", "640x360", "--no-window"];
const nativeAddOn = /(opencv4nodejs|node-av)\.node$/;

async function call(start: Start, waitingArgs: readonly string[] = []): Promise<[Program, Program]> {
  const waiting = start("peer", [...testCard, "--listen", "127.0.0.1:0", "--name", "waiting", ...waitingArgs]);
  const calling = start("peer", [...testCard, "--name", "calling"], { env: { SVC_INVITE: await waiting.invite() } });
  await Promise.all([waiting.event("first-picture"), calling.event("first-picture")]);
  return [waiting, calling];
}

function checkBoth(...sides: Program[]): void {
  for (const side of sides) {
    checkAccount(summaryOf(side));
    checkBarcodes(summaryOf(side));
  }
}

test(
  "ends for both when one side's time is up",
  withPrograms(async (start) => {
    // Counted from the program's start: on a busy computer the first pictures take their part of it.
    const [waiting, calling] = await call(start, ["--time-limit", "15"]);
    await Promise.all([waiting.exits(0, 40_000), calling.exits(0, 40_000)]);
    checkBoth(waiting, calling);
    await calling.sentence("hung up");
  }),
);

test(
  "ends for the other side too when one presses Ctrl-C",
  withPrograms(async (start) => {
    const [waiting, calling] = await call(start);
    calling.signal("SIGINT");
    await Promise.all([calling.exits(130), waiting.exits(0)]);
    checkBoth(waiting, calling);
  }),
);

test(
  "ends when both press Ctrl-C at once",
  withPrograms(async (start) => {
    const [waiting, calling] = await call(start);
    await Promise.all([waiting.event("stats", 2), calling.event("stats", 2)]);
    waiting.signal("SIGINT");
    calling.signal("SIGINT");
    await Promise.all([waiting.exits(130), calling.exits(130)]);
    checkBoth(waiting, calling);
  }),
);

test(
  "keeps native code out of the processes that have the network, and in the engines",
  withPrograms(async (start) => {
    const [waiting, calling] = await call(start);
    const sender = start("sender", ["--source", "testcard", "--camera-size", "320x240", "--listen", "127.0.0.1:0"]);
    const receiver = start("receiver", ["--no-window"], { env: { SVC_INVITE: await sender.invite() } });
    await receiver.event("first-picture");
    const nativeIn = (pid: number): string[] => mappedFiles(pid).filter((path) => nativeAddOn.test(path));
    for (const program of [waiting, calling, sender, receiver]) {
      assert.ok(mappedFiles(program.pid).length > 0);
      assert.equal(nativeIn(program.pid), []);
    }
    for (const program of [waiting, calling, sender]) assert.ok(nativeIn(await program.engine("capture")).length > 0);
    for (const program of [waiting, calling, receiver]) assert.ok(nativeIn(await program.engine("playback")).length > 0);
    await Promise.all([receiver.interrupt(), waiting.interrupt()]);
    await sender.interrupt();
  }),
);

test.run();
