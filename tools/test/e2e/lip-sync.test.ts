// @timeout 240
// @alone
// A film's pictures and its own sound, from the film to screen and loudspeaker: white pictures and a beep at every full second, after another
// source was shown before, in a film whose tracks do not begin together.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "@simple-video-chat/protocol";
import { internals } from "../../bench/package-internals.ts";
import { writeFilm } from "../../e2e/film-file.ts";
import type { Program } from "../../e2e/program.ts";
import { Ear } from "../../e2e/sound-probes.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import { withSound } from "../../e2e/with-sound.ts";

const measuredS = 20;
/** In the middle, a third of what the tracks begin apart. How well it does on a quiet computer is measured by `pnpm bench voice`. */
const limitMs = 120;

/** A filter of incoming pictures that tells the number of each white one that follows a dark one. */
const whiteFilter = `
let tell, wasWhite = true;
export const open = (context) => { tell = context.tell; };
export const onFrame = (mat, { frame }) => {
  const isWhite = mat.at(mat.rows >> 1, mat.cols >> 1).y > 150;
  if (isWhite && !wasWhite) tell({ frame });
  wasWhite = isWhite;
};
`;

/** When white pictures were first shown after dark ones, µs. */
function whiteUs(receiver: Program): readonly number[] {
  const valueOf = (event: JsonObject): number => Number((event["value"] as { readonly frame?: number })["frame"]);
  const white = new Set(receiver.events.filter(({ event }) => event === "incoming-filter").map(valueOf));
  const shown = receiver.events.filter(({ event, frame }) => event === "shown" && white.has(Number(frame)));
  return shown.map(({ shownUs }) => Number(shownUs));
}

/** How much later than its picture each beep was heard, ms. */
function differences(heardUs: readonly number[], seenUs: readonly number[]): readonly number[] {
  return seenUs.flatMap((seen) => {
    const all = heardUs.map((heard) => (heard - seen) / 1_000);
    const nearest = all.toSorted((a, b) => Math.abs(a) - Math.abs(b))[0];
    return nearest === undefined ? [] : [nearest];
  });
}

test(
  "a film that is switched to is heard when it is seen",
  withSound(
    { speakers: ["ear"] },
    async (server, start) => {
      const folder = makeFolder();
      try {
        const film = join(folder.path, "film.mkv");
        await writeFilm(film, { seconds: measuredS + 40, toneHz: 1_000, beeps: true, picturesFromS: 0.36 });
        const filter = join(folder.path, "white.mjs");
        writeFileSync(filter, whiteFilter);
        const sources = ["--source", "motion", "--source", film, "--camera-size", "320x240"];
        const sender = start("sender", [...sources, "--listen", "127.0.0.1:0"], { terminal: true });
        const receiver = start(
          "receiver",
          ["--no-window", "--speaker", "ear", "--json-frames", "--filter-incoming", pathToFileURL(filter).pathname],
          { env: { SVC_INVITE: await sender.invite() } },
        );
        await receiver.event("first-picture");
        sender.type("c");
        await receiver.event("playing");
        const ear = await Ear.open(server, "ear");
        const [heard, seen] = [ear.heardUs.length, whiteUs(receiver).length];
        await waitUntil(() => whiteUs(receiver).length > seen + measuredS, "the film", (measuredS + 20) * 1_000);
        const found = differences(ear.heardUs.slice(heard), whiteUs(receiver).slice(seen + 1, seen + measuredS));
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
