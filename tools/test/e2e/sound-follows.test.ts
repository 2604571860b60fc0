// @timeout 300
// The sound follows the source that is shown, in calls of the real programs through real devices: each source has a tone of its own pitch, and
// what is heard after a change is that of the new one, and nothing of the old one.
import { readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startSender } from "@simple-video-chat/sender";
import { writeFilm } from "../../e2e/film-file.ts";
import { PitchEar } from "../../e2e/pitch-ear.ts";
import type { Program } from "../../e2e/program.ts";
import { Ear, Mouth } from "../../e2e/sound-probes.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import { withSound } from "../../e2e/with-sound.ts";

/** Pitches, Hz: of the test card, and of two films. */
const [cardHz, firstHz, secondHz] = [1_000, 500, 2_000] as const;
/** A beep of the test card is in it, ms. */
const cardPeriodMs = 1_500;
const small = ["--camera-size", "320x240"];

const folder = makeFolder();
const filmA = join(folder.path, "a.mkv");
const filmB = join(folder.path, "b.mkv");
const silentFilm = join(folder.path, "silent.mkv");
test.before(async () => {
  await writeFilm(filmA, { seconds: 60, toneHz: firstHz });
  await writeFilm(filmB, { seconds: 60, toneHz: secondHz });
  await writeFilm(silentFilm, { seconds: 60 });
});
test.after(() => folder.remove());

const sources = (...each: readonly string[]): string[] => [...each.flatMap((source) => ["--source", source]), ...small];

/** Whether one of a program's processes has a file open. */
function hasOpen(program: Program, path: string): boolean {
  return program.processes().some(({ pid }) => {
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path);
    } catch {
      // It, or one of its descriptors, is gone meanwhile.
      return false;
    }
  });
}

/** Goes through test card, film A, film B and test card by the key c, and hears each. */
async function listenThrough(ours: Program, ear: PitchEar): Promise<void> {
  await ear.hears(cardHz);
  for (const [hz, name] of [
    [firstHz, "the sound of a.mkv"],
    [secondHz, "the sound of b.mkv"],
    [cardHz, "test tone"],
  ] as const) {
    const from = ours.events.length;
    ours.type("c");
    await ours.event("recording", { from, where: (event) => event["name"] === name });
    await ear.hears(hz);
    const others = [firstHz, secondHz, cardHz].filter((each) => each !== hz);
    const tones = await ear.tonesWithin(cardPeriodMs);
    assert.ok(tones.includes(hz) && !others.some((each) => tones.includes(each)), `${tones.join(", ")} Hz while ${name} is shown`);
  }
  for (const film of [filmA, filmB]) assert.not.ok(hasOpen(ours, film), `${film} is still open`);
}

test(
  "a receiver hears what is shown: test card, a film, another film, the test card again",
  withSound({ speakers: ["ear"] }, async (server, start) => {
    const sender = start("sender", [...sources("testcard", filmA, filmB), "--listen", "127.0.0.1:0"], { terminal: true });
    const receiver = start("receiver", ["--no-window", "--speaker", "ear"], { env: { SVC_INVITE: await sender.invite() } });
    await receiver.event("playing");
    await listenThrough(sender, await PitchEar.open(server, "ear"));
    await receiver.interrupt();
    sender.type("q");
    await sender.exits(0);
  }),
);

test(
  "the other end of a call hears what is shown, and who was muted stays so until it is undone",
  withSound({ speakers: ["ear-a", "ear-b"] }, async (server, start) => {
    const ours = start("peer", [...sources("testcard", filmA, filmB), "--speaker", "ear-a", "--no-window", "--listen", "127.0.0.1:0"], {
      terminal: true,
    });
    const theirs = start("peer", [...sources("motion"), "--speaker", "ear-b", "--no-window"], {
      env: { SVC_INVITE: await ours.invite() },
    });
    await theirs.event("playing");
    const ear = await PitchEar.open(server, "ear-b");
    await listenThrough(ours, ear);
    ours.type("m");
    await theirs.event("other-muted", { where: ({ muted }) => muted === true });
    await ear.isQuiet();
    const from = ours.events.length;
    ours.type("c");
    await ours.event("opened", { from, where: ({ name }) => name === "a.mkv" });
    assert.equal(await ear.tonesWithin(cardPeriodMs), [0]);
    ours.type("m");
    await ear.hears(firstHz);
    ours.type("q");
    await Promise.all([ours.exits(0), theirs.exits(0)]);
  }),
);

test(
  "a film without a sound track is silent, and so is a source that has none; both are said, and end nothing",
  withSound({ speakers: ["ear"] }, async (server, start) => {
    const args = [...sources(filmA, silentFilm, "motion"), "--require-audio", "--listen", "127.0.0.1:0"];
    const sender = start("sender", args, { terminal: true });
    const receiver = start("receiver", ["--no-window", "--speaker", "ear"], { env: { SVC_INVITE: await sender.invite() } });
    await receiver.event("playing");
    const ear = await PitchEar.open(server, "ear");
    await ear.hears(firstHz);
    for (const silent of ["silent.mkv", "moving scene"]) {
      const from = sender.events.length;
      sender.type("c");
      await sender.event("notice", { from, where: ({ code }) => code === "no-sound" });
      await sender.event("opened", { from, where: ({ name }) => name === silent });
      await ear.isQuiet();
    }
    sender.type("c");
    await ear.hears(firstHz);
    await receiver.interrupt();
    sender.type("q");
    await sender.exits(0);
  }),
);

test(
  "a film that is switched off is not heard either, and is heard again with its pictures",
  withSound({ speakers: ["ear"] }, async (server, start) => {
    const sender = start("sender", [...sources(filmA), "--listen", "127.0.0.1:0"], { terminal: true });
    const receiver = start("receiver", ["--no-window", "--speaker", "ear"], { env: { SVC_INVITE: await sender.invite() } });
    await receiver.event("playing");
    const ear = await PitchEar.open(server, "ear");
    await ear.hears(firstHz);
    sender.type("v");
    await ear.isQuiet();
    await waitUntil(() => !hasOpen(sender, filmA), "the film is closed");
    sender.type("v");
    await ear.hears(firstHz);
    await receiver.interrupt();
    sender.type("q");
    await sender.exits(0);
  }),
);

test(
  "a microphone is released while something else is heard, and then is as ready to be unplugged as ever",
  withSound({ speakers: ["ear"], microphones: ["mic"] }, async (server, start) => {
    Object.assign(process.env, server.env);
    const size = { widthPx: 320, heightPx: 240, frameRate: 15 };
    const [motion, card] = [{ kind: "motion", ...size } as const, { kind: "testcard", ...size } as const];
    const recording: string[] = [];
    const sender = await startSender({
      source: motion,
      otherSources: [card],
      // A microphone where a camera would be.
      sound: ({ kind }) => (kind === "testcard" ? { kind: "tone" } : { kind: "microphone", device: "mic" }),
      port: 0,
    });
    sender.on("recording", ({ name }) => recording.push(name));
    try {
      const invite = await new Promise<string>((resolve) => sender.on("invite", (event) => resolve(event.invite)));
      const receiver = start("receiver", ["--no-window", "--speaker", "ear"], { env: { SVC_INVITE: invite } });
      await receiver.event("playing");
      await waitUntil(() => server.isHeard(), "the microphone to be open");
      const pitch = await PitchEar.open(server, "ear");
      sender.setSource(card);
      await pitch.hears(cardHz);
      pitch.close();
      // Whoever listens counts as well.
      await waitUntil(async () => !(await server.isHeard()), "the microphone to be released");
      sender.setSource(motion);
      await waitUntil(() => server.isHeard(), "the microphone to be open again");
      await server.unplug("mic");
      await server.plugMicrophone("mic");
      await waitUntil(() => recording.length === 4, "the microphone that is back");
      assert.equal(recording, ["mic", "test tone", "mic", "mic"]);
      const [mouth, ear] = await Promise.all([Mouth.open(server, "mic"), Ear.open(server, "ear")]);
      await ear.hears(mouth);
      await receiver.interrupt();
    } finally {
      await sender.close();
      for (const name of Object.keys(server.env)) delete process.env[name];
    }
  }),
);

test.run();
