// @timeout 240
// @alone
// A film's pictures and its own sound, from the film to screen and loudspeaker: white pictures and a beep at every full second, after another
// source was shown before, in a film whose tracks do not begin together.
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { internals } from "../../bench/package-internals.ts";
import { writeFilm } from "../../e2e/film-file.ts";
import { beepsAfterMs, flashesUs, writeFlashFilm } from "../../e2e/flash-and-beep.ts";
import { Ear } from "../../e2e/sound-probes.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import { withSound } from "../../e2e/with-sound.ts";

const measuredS = 20;
/** In the middle, a third of what the tracks begin apart. How well it does on a quiet computer is measured by `pnpm bench lip-sync`. */
const limitMs = 120;

test(
  "a film that is switched to is heard when it is seen",
  withSound(
    { speakers: ["ear"] },
    async (server, start) => {
      const folder = makeFolder();
      try {
        const film = await writeFlashFilm(folder.path, measuredS + 40);
        const sources = ["--source", "motion", "--source", film.path, "--camera-size", "320x240"];
        const sender = start("sender", [...sources, "--listen", "127.0.0.1:0"], { terminal: true });
        const receiver = start("receiver", ["--no-window", "--speaker", "ear", ...film.watching], {
          env: { SVC_INVITE: await sender.invite() },
        });
        await receiver.event("first-picture");
        sender.type("c");
        await receiver.event("playing");
        const ear = await Ear.open(server, "ear");
        const [heard, seen] = [ear.heardUs.length, flashesUs(receiver.events).length];
        await waitUntil(() => flashesUs(receiver.events).length > seen + measuredS, "the film", (measuredS + 20) * 1_000);
        const found = beepsAfterMs(ear.heardUs.slice(heard), flashesUs(receiver.events).slice(seen + 1, seen + measuredS));
        const median = found.toSorted((a, b) => a - b)[found.length >> 1] ?? Infinity;
        assert.is(found.length, measuredS - 1);
        assert.ok(Math.abs(median) <= limitMs, `${median.toFixed(1)} ms of ${found.map((each) => each.toFixed(1)).join(", ")}`);
        await receiver.interrupt();
        sender.type("q");
        await sender.exits(0);
      } finally {
        folder.remove();
      }
    },
    120_000,
  ),
);

interface PlainReader {
  readonly PlainVideoCapture: new (path: string) => { readAsync(): Promise<unknown>; get(property: number): number; release(): void };
  readonly captureNumbers: { readonly CAP_PROP_POS_MSEC: number };
}

test("without OpenCV pictures count from the beginning of their track, too", async () => {
  const folder = makeFolder();
  const path = join(folder.path, "film.mkv");
  await writeFilm(path, { seconds: 1, toneHz: 1_000, picturesFromS: 0.36 });
  const { PlainVideoCapture, captureNumbers } = await internals<PlainReader>("sender", "plain/plain-video-capture.js");
  const capture = new PlainVideoCapture(path);
  try {
    const times: number[] = [];
    for (let picture = 0; picture < 3; picture++) {
      await capture.readAsync();
      times.push(Math.round(capture.get(captureNumbers.CAP_PROP_POS_MSEC)));
    }
    assert.equal(times, [0, 40, 80]);
  } finally {
    capture.release();
    folder.remove();
  }
});

test.run();
