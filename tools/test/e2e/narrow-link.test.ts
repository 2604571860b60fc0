// @timeout 120
// Sound comes first: over the kernel's TCP, on a link that has room for nothing else, and again with the picture when there is more.

import { test } from "uvu";
import * as assert from "uvu/assert";
import { speechLike } from "@simple-video-chat/protocol/testing";
import { openSlowLink } from "../../bench/slow-link.ts";
import { concealedPercent, soundLine, throughMicrophone, withSoundCall } from "../../bench/sound-call.ts";
import { whyNoNamespaces } from "../../e2e/network-namespaces.ts";

const obstacle = whyNoNamespaces();
if (obstacle !== undefined) process.stdout.write(`Skipped, since ${obstacle}.\n`);
const testHere = obstacle === undefined ? test : test.skip;

testHere("at 64 kbit/s the picture waits, and the sound is heard; with more the picture is back", async () => {
  const link = await openSlowLink({ rateBps: 64_000, delayMs: 50 });
  try {
    await withSoundCall(
      ["--source", "motion", "--camera-size", "1280x720", ...throughMicrophone],
      async ({ sender, receiver, mouth }) => {
        mouth.talk(speechLike(10, { seed: 3, vowelsOnly: true, levelDbfs: -14 }));
        while ((await sender.next("notice")).value["code"] !== "sound-only");
        // What stands on the way has to be heard, or left out, first.
        for (let second = 0; second < 4; second++) await receiver.next("stats");
        const from = (await receiver.next("stats")).value;
        for (let second = 0; second < 10; second++) await receiver.next("stats");
        const to = (await receiver.next("stats")).value;
        const madeUp = concealedPercent(soundLine(from), soundLine(to));
        assert.ok(soundLine(to).playedMs - soundLine(from).playedMs > 7_000, "the sound is heard");
        assert.ok(madeUp < 25, `${madeUp} % of the sound is made up`);
        assert.is(to["shown"], from["shown"], "no picture is shown meanwhile");
        link.set({ rateBps: 5_000_000 });
        let shown = to;
        for (let second = 0; second < 60 && Number(shown["shown"]) < Number(to["shown"]) + 30; second++)
          shown = (await receiver.next("stats")).value;
        assert.ok(Number(shown["shown"]) >= Number(to["shown"]) + 30, "the picture is back");
      },
      { ends: link.ends },
    );
  } finally {
    await link.close();
  }
});

test.run();
