// @timeout 300
// The sound of real programs through real devices: a sound server of the test's own, whose speakers can be listened to and whose microphones
// be spoken into.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startSender } from "@simple-video-chat/sender";
import { filmAmplitude, writeFilm } from "../../e2e/film-file.ts";
import { PitchEar } from "../../e2e/pitch-ear.ts";
import { type Program, type Start } from "../../e2e/program.ts";
import { Ear, Mouth } from "../../e2e/sound-probes.ts";
import { makeFolder } from "../../e2e/video-file.ts";
import { waitUntil } from "../../e2e/wait-until.ts";
import { withSound } from "../../e2e/with-sound.ts";

const small = ["--source", "motion", "--camera-size", "320x240"];

async function connect(start: Start, sender: Program, ...args: string[]): Promise<Program> {
  return start("receiver", ["--no-window", ...args], { env: { SVC_INVITE: await sender.invite() } });
}

test(
  "a word said at one end of a call is heard at the other, both ways",
  withSound({ speakers: ["ear-a", "ear-b"], microphones: ["mic-a", "mic-b"] }, async (server, start) => {
    const sound = (end: string): string[] => ["--microphone", `mic-${end}`, "--speaker", `ear-${end}`, "--headphones"];
    const a = start("peer", [...small, ...sound("a"), "--no-window", "--listen", "127.0.0.1:0"]);
    const b = start("peer", [...small, ...sound("b"), "--no-window"], { env: { SVC_INVITE: await a.invite() } });
    await Promise.all([a.event("recording"), b.event("recording"), a.event("playing"), b.event("playing")]);
    const [mouthA, earA, mouthB, earB] = await Promise.all([
      Mouth.open(server, "mic-a"),
      Ear.open(server, "ear-a"),
      Mouth.open(server, "mic-b"),
      Ear.open(server, "ear-b"),
    ]);
    for (const [mouth, ear, other] of [
      [mouthA, earB, earA],
      [mouthB, earA, earB],
    ] as const) {
      const before = other.heardUs.length;
      for (let word = 0; word < 3; word++) {
        await ear.hears(mouth);
        await sleep(300);
      }
      assert.is(other.heardUs.length, before, "nobody hears oneself");
    }
    const { incoming, outgoing } = (await b.event("stats", { from: b.events.length })) as unknown as {
      incoming: { audio: { isOn: boolean; latencyMs: number } };
      outgoing: { audio: { isMuted: boolean } };
    };
    assert.ok(incoming.audio.isOn && incoming.audio.latencyMs > 10, JSON.stringify(incoming.audio));
    assert.is(outgoing.audio.isMuted, false);
    await a.interrupt();
    await b.exits(0);
  }),
);

test(
  "the test card beeps once a second",
  withSound({ speakers: ["ear"] }, async (server, start) => {
    const sender = start("sender", ["--source", "testcard", "--camera-size", "320x240", "--listen", "127.0.0.1:0"]);
    const receiver = await connect(start, sender, "--speaker", "ear");
    await receiver.event("playing");
    const ear = await Ear.open(server, "ear");
    const first = ear.heardUs.length;
    await waitUntil(() => ear.heardUs.length >= first + 3, "three beeps");
    const [second = 0, third = 0] = ear.heardUs.slice(first + 1);
    assert.ok(Math.abs(third - second - 1_000_000) < 300_000, `${third - second} µs apart`);
    await receiver.interrupt();
    await sender.interrupt();
  }),
);

test(
  "a microphone that is switched off is released, and heard again when it is on",
  withSound({ speakers: ["ear"], microphones: ["mic"] }, async (server, start) => {
    Object.assign(process.env, server.env);
    const sender = await startSender({
      source: { kind: "motion", widthPx: 320, heightPx: 240, frameRate: 15 },
      sound: { kind: "microphone", device: "mic" },
      port: 0,
    });
    try {
      const invite = await new Promise<string>((resolve) => sender.on("invite", (event) => resolve(event.invite)));
      const receiver = start("receiver", ["--no-window", "--speaker", "ear"], { env: { SVC_INVITE: invite } });
      await receiver.event("playing");
      await waitUntil(() => server.isHeard(), "the microphone to be open");
      sender.isMuted = true;
      await receiver.event("other-muted", { where: ({ muted }) => muted === true });
      await waitUntil(async () => !(await server.isHeard()), "the microphone to be released");
      sender.isMuted = false;
      await receiver.event("other-muted", { where: ({ muted }) => muted === false });
      await waitUntil(() => server.isHeard(), "the microphone to be open again");
      const [mouth, ear] = await Promise.all([Mouth.open(server, "mic"), Ear.open(server, "ear")]);
      await ear.hears(mouth);
      await receiver.interrupt();
    } finally {
      await sender.close();
      for (const name of Object.keys(server.env)) delete process.env[name];
    }
  }),
);

test(
  "the keys 9 and 0 make the other end quieter, down to silence, and louder, up to twice as loud",
  withSound({ speakers: ["ear-a", "ear-b"] }, async (server, start) => {
    const folder = makeFolder();
    try {
      const film = join(folder.path, "film.mkv");
      await writeFilm(film, { seconds: 80, toneHz: 500 });
      const theirs = start("peer", ["--source", film, "--no-window", "--speaker", "ear-a", "--listen", "127.0.0.1:0"]);
      const ours = start("peer", [...small, "--no-window", "--speaker", "ear-b"], {
        env: { SVC_INVITE: await theirs.invite() },
        terminal: true,
      });
      await ours.event("playing");
      const [ear, otherEar] = await Promise.all([PitchEar.open(server, "ear-b"), PitchEar.open(server, "ear-a")]);
      await ear.hears(500);
      const isAsLoudAs = (percent: number): boolean => Math.abs(ear.peak - (filmAmplitude * percent) / 100) < 0.06;
      await waitUntil(() => isAsLoudAs(100), "as loud as the film");
      const press = async (keys: string, percent: number): Promise<void> => {
        for (const key of keys) ours.type(key);
        await ours.sentence(`Volume ${percent} %`);
        await waitUntil(() => isAsLoudAs(percent), `${percent} % as loud as the film`);
      };
      await press("99999", 50);
      await press("999999", 0);
      await press("00000", 50);
      await press("0".repeat(20), 200);
      assert.equal(
        otherEar.heardHz.filter((hz) => hz > 0),
        [],
        "one hears oneself",
      );
      ours.type("q");
      await Promise.all([ours.exits(0), theirs.exits(0)]);
    } finally {
      folder.remove();
    }
  }),
);

test(
  "says that a microphone is silent once, and again only after it was heard",
  withSound({ speakers: ["ear"], microphones: ["mic"] }, async (server, start) => {
    const sender = start("sender", [...small, "--microphone", "mic", "--listen", "127.0.0.1:0"]);
    const receiver = await connect(start, sender, "--speaker", "ear");
    const hints = (): number => sender.events.filter(({ event, code }) => event === "notice" && code === "microphone-silent").length;
    await sender.sentence("Your microphone is silent");
    const [mouth, ear] = await Promise.all([Mouth.open(server, "mic"), Ear.open(server, "ear")]);
    assert.is(hints(), 1);
    await ear.hears(mouth);
    await waitUntil(() => hints() === 2, "a second hint, 5 s after the word", 20_000);
    await receiver.interrupt();
    await sender.interrupt();
  }),
);

test(
  "the call goes on when the sound server crashes, says so once, and has its sound again when that is back",
  withSound({ speakers: ["ear"], microphones: ["mic"] }, async (server, start) => {
    const sender = start("sender", [...small, "--microphone", "mic", "--listen", "127.0.0.1:0"]);
    const receiver = await connect(start, sender, "--speaker", "ear");
    await Promise.all([receiver.event("playing"), sender.event("recording")]);
    await server.crash();
    await sender.event("notice", { where: ({ code }) => code === "microphone-failed" });
    await receiver.event("notice", { where: ({ code }) => code === "speaker-failed" });
    await server.restart();
    await Promise.all([receiver.event("playing", 2), sender.event("recording", 2)]);
    const [mouth, ear] = await Promise.all([Mouth.open(server, "mic"), Ear.open(server, "ear")]);
    await ear.hears(mouth);
    assert.is(sender.events.filter(({ event }) => event === "notice").length, 1);
    await receiver.interrupt();
    await sender.interrupt();
  }),
);

test(
  "without a microphone the call goes on, with --require-audio it does not",
  withSound({ speakers: ["ear"] }, async (_server, start) => {
    const args = [...small, "--microphone", "no such thing", "--listen", "127.0.0.1:0"];
    const patient = start("sender", args);
    const first = await connect(start, patient, "--speaker", "ear");
    await patient.sentence("There is no microphone");
    await first.event("first-picture");
    await first.interrupt();
    await patient.interrupt();
    const strict = start("sender", [...args, "--require-audio"]);
    const second = await connect(start, strict, "--speaker", "ear");
    await strict.exits(1);
    await second.exits(0);
  }),
);

test(
  "with --no-audio no audio engine is started",
  withSound({ speakers: ["ear"], microphones: ["mic"] }, async (_server, start) => {
    const sender = start("sender", ["--source", "testcard", "--camera-size", "320x240", "--no-audio", "--listen", "127.0.0.1:0"]);
    const receiver = await connect(start, sender);
    await receiver.event("stats", { where: ({ shown }) => Number(shown) > 20 });
    for (const program of [sender, receiver]) assert.not.ok(program.processes().some(({ command }) => command.includes("audio-main.js")));
    await receiver.interrupt();
    await sender.interrupt();
  }),
);

test.run();
