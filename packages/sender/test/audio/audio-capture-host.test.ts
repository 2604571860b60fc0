import assert from "node:assert/strict";
import {
  type AudioMessage,
  Emitter,
  type JsonObject,
  micros,
  type Message,
  type ReceivedMessage,
  type Session,
  type SessionEvents,
} from "@simple-video-chat/protocol";
import type { EngineHostOptions } from "@simple-video-chat/protocol/engine";
import { suite } from "uvu";
import { AudioCaptureHost } from "../../src/audio/audio-capture-host.ts";
import { audioFormats, stereoFormats } from "../../src/audio/audio-rate.ts";
import type { SoundSpec } from "../../src/audio/sound-spec.ts";

const test = suite("AudioCaptureHost");
const death = { exitCode: 1, signal: null, lastWords: "" };

function bench(sound: SoundSpec | undefined = { kind: "microphone" }) {
  const commands: JsonObject[] = [];
  const told: string[] = [];
  const engine: { options?: Omit<EngineHostOptions, "entry" | "confinement">; stopped: number } = { stopped: 0 };
  const host = new AudioCaptureHost(
    sound,
    {
      onRecording: (name) => told.push(`recording ${name}`),
      onTrouble: ({ code }) => told.push(code),
      onSilent: () => told.push("silent"),
      onNothing: () => told.push("nothing"),
      onDucking: () => told.push("ducking"),
      onSoundOnly: () => told.push("sound only"),
    },
    (options) => {
      engine.options = options;
      const send = (message: Message): void => {
        if (message.type === "engine-configure") commands.push(message.value);
      };
      return { pid: 1, send, stop: () => Promise.resolve(void engine.stopped++) };
    },
  );
  const say = (value: JsonObject): void => engine.options?.onMessage({ type: "engine-event", value });
  const record = (packet: number): void => engine.options?.onMessage(packetOf(packet));
  /** What the engine was told to do since the last time. */
  const asked = (): unknown[] =>
    commands.splice(0).map(({ command, sound, startUs }) => (command === "record" ? [sound, startUs ?? "now"] : command));
  const listen = (): ReturnType<typeof listener> => {
    const ear = listener();
    host.sendOver(ear.session, ear.picture);
    ear.live();
    return ear;
  };
  return { host, commands, told, engine, say, record, asked, listen };
}

const tone: SoundSpec = { kind: "tone" };
const microphone: SoundSpec = { kind: "microphone" };
const film = (path: string): SoundSpec => ({ kind: "file", path });

function packetOf(packet: number): AudioMessage {
  return { type: "audio", track: 3, packet, captureUs: micros(packet * 10_000), durationUs: 10_000, data: Uint8Array.of(1) };
}

/** Somebody who listens, or does not. */
function listener(wantsSound = true) {
  const events = new Emitter<SessionEvents>();
  const sent: ReceivedMessage[] = [];
  const session = {
    on: events.on.bind(events),
    send: (message: ReceivedMessage) => sent.push(message) > 0,
    clock: undefined,
  } as unknown as Session;
  const live = (): void => events.emit("live", { negotiated: { sendAudio: wantsSound } } as SessionEvents["live"]);
  const packets = (): number[] => sent.flatMap((message) => (message.type === "audio" ? [message.packet] : []));
  return { session, events, live, sent, packets, picture: { hold: (): void => {}, targetBitrateBps: 1_000_000 } };
}

test("starts its engine when somebody wants to listen, not before", async () => {
  const { host, commands, engine } = bench();
  const [deaf, ear] = [listener(false), listener()];
  host.sendOver(deaf.session, deaf.picture);
  host.sendOver(ear.session, ear.picture);
  deaf.live();
  assert.equal(engine.options, undefined);
  ear.live();
  assert.deepEqual(commands, [{ command: "record", sound: { kind: "microphone" }, format: { ...audioFormats[0] } }]);
  await host.close();
  assert.equal(engine.stopped, 1);
});

test("sends what is recorded to all who listen, and not to those who have left", () => {
  const { host, record } = bench();
  const [first, second] = [listener(), listener()];
  for (const { session, picture, live } of [first, second]) {
    host.sendOver(session, picture);
    live();
  }
  record(1);
  first.events.emit("reconnecting", { cause: "lost" });
  record(2);
  assert.deepEqual([first.packets(), second.packets()], [[1], [1, 2]]);
});

test("releases the microphone at once when it is muted, sends nothing any more, and says so to all", () => {
  const { host, commands, record } = bench();
  const ear = listener();
  host.sendOver(ear.session, ear.picture);
  ear.live();
  record(1);
  host.mute(true);
  record(2);
  assert.deepEqual(commands.at(-1), { command: "record-stop" });
  host.mute(false);
  record(3);
  assert.deepEqual(commands.at(-1)?.["command"], "record");
  assert.deepEqual(ear.packets(), [1, 3]);
  assert.deepEqual(
    ear.sent.flatMap((message) => (message.type === "audio-track" ? [message.muted] : [])),
    [false, true, false],
  );
});

test("goes on counting, and recording, when its engine has died", () => {
  const { host, commands, told, engine, record } = bench();
  const ear = listener();
  host.sendOver(ear.session, ear.picture);
  ear.live();
  record(1);
  record(2);
  engine.options?.onRestart(death);
  record(1);
  assert.deepEqual(ear.packets(), [1, 2, 3]);
  assert.deepEqual(told, ["engine-failed"]);
  assert.equal(commands.length, 2);
});

test("tells of its source once, and of what is wrong with it", () => {
  const { host, told, say } = bench();
  const ear = listener();
  host.sendOver(ear.session, ear.picture);
  ear.live();
  for (const event of ["recording", "recording"]) say({ event, name: "mic" });
  say({ event: "record-failed", code: "sound-device-failed", message: "gone" });
  say({ event: "recording", name: "mic" });
  say({ event: "record-silent" });
  assert.deepEqual(told, ["recording mic", "sound-device-failed", "recording mic", "silent"]);
});

test("records what the source that is shown has: the one before is released at once, and a file begins with its pictures", () => {
  const { host, asked, listen } = bench(tone);
  listen();
  assert.deepEqual(asked(), [[tone, "now"]]);
  host.setSound(film("a"));
  assert.deepEqual(asked(), ["record-stop"]);
  host.followFile(1_000);
  assert.deepEqual(asked(), [[film("a"), 1_000]]);
  host.setSound(film("b"));
  assert.deepEqual(asked(), ["record-stop"], "the second file has the time of the first");
  host.followFile(2_000);
  host.followFile(3_000);
  assert.deepEqual(asked(), [
    [film("b"), 2_000],
    [film("b"), 3_000],
  ]);
  host.setSound(microphone);
  assert.deepEqual(asked(), ["record-stop", [microphone, "now"]]);
});

test("leaves a microphone open that stays the same, and begins a file anew that is", () => {
  const { host, asked, listen } = bench();
  listen();
  host.setSound({ kind: "microphone" });
  assert.deepEqual(asked(), [[microphone, "now"]]);
  for (const startUs of [1_000, 2_000]) {
    host.setSound(film("a"));
    assert.deepEqual(asked(), ["record-stop"]);
    host.followFile(startUs);
    assert.deepEqual(asked(), [[film("a"), startUs]]);
  }
});

test("stays muted over any change, and then has what is shown by then, at its time", () => {
  const { host, asked, listen, record } = bench(tone);
  const ear = listen();
  host.mute(true);
  host.setSound(film("a"));
  host.followFile(1_000);
  record(1);
  assert.deepEqual(asked(), [[tone, "now"], "record-stop"]);
  assert.deepEqual(ear.packets(), []);
  host.mute(false);
  assert.deepEqual(asked(), [[film("a"), 1_000]]);
  host.mute(true);
  host.mute(false);
  assert.deepEqual(asked(), ["record-stop", [film("a"), 1_000]], "the file's time is forgotten");
});

test("is silent with a source that has no sound, and with a file that is not shown, and says so of the former", () => {
  const { host, asked, listen, told } = bench(film("a"));
  listen();
  host.followFile(1_000);
  host.followFile(undefined);
  assert.deepEqual(asked(), [[film("a"), 1_000], "record-stop"]);
  host.setSound(undefined);
  host.setSound(undefined);
  host.followFile(2_000);
  assert.deepEqual([asked(), told], [[], ["nothing"]]);
  host.setSound(tone);
  assert.deepEqual(asked(), [[tone, "now"]]);
});

test("begins with nothing, and starts its engine for the first source that has sound", () => {
  const { host, asked, listen, engine, told } = bench();
  host.setSound(undefined);
  listen();
  assert.equal(engine.options, undefined);
  host.setSound(tone);
  assert.deepEqual([asked(), told], [[[tone, "now"]], ["nothing"]]);
});

test("records what is shown when its engine has died, and nothing when nothing was recorded", () => {
  const { host, asked, listen, engine } = bench(tone);
  listen();
  host.setSound(film("a"));
  asked();
  engine.options?.onRestart(death);
  assert.deepEqual(asked(), []);
  host.followFile(1_000);
  engine.options?.onRestart(death);
  assert.deepEqual(asked(), [
    [film("a"), 1_000],
    [film("a"), 1_000],
  ]);
});

test("says once what is wrong with a file in a loop, and nothing of one that was changed for another", () => {
  const { host, told, say, record, listen } = bench(film("a"));
  const ear = listen();
  const nothing = { event: "record-nothing", message: "The file has no sound." };
  const failed = { event: "record-failed", code: "sound-device-missing", message: "It cannot be decoded." };
  for (const startUs of [1_000, 2_000]) {
    host.followFile(startUs);
    say(nothing);
  }
  host.setSound(film("b"));
  say(nothing);
  record(1);
  assert.deepEqual(ear.packets(), []);
  for (const startUs of [3_000, 4_000]) {
    host.followFile(startUs);
    say(failed);
  }
  assert.deepEqual(told, ["nothing", "sound-device-missing"]);
});

test("tells of each source by its name, also when two are called alike", () => {
  const { host, told, say, listen } = bench(film("a"));
  listen();
  for (const startUs of [1_000, 2_000]) {
    host.followFile(startUs);
    say({ event: "recording", name: "the sound of film.mp4" });
  }
  host.setSound(film("elsewhere/film.mp4"));
  host.followFile(3_000);
  say({ event: "recording", name: "the sound of film.mp4" });
  say({ event: "record-nothing", message: "The file has no sound." });
  assert.deepEqual(told, ["recording the sound of film.mp4", "recording the sound of film.mp4", "nothing"]);
});

test("announces how many channels there are, and again when something else has others, not when there is nothing", () => {
  const { host, commands, listen } = bench({ kind: "microphone", stereo: true });
  const ear = listen();
  assert.deepEqual(commands.at(-1)?.["format"], { ...stereoFormats[0] });
  host.setSound(undefined);
  host.setSound(tone);
  assert.deepEqual(commands.at(-1)?.["format"], { ...audioFormats[0] });
  host.setSound({ kind: "tone", stereo: true });
  assert.deepEqual(
    ear.sent.flatMap((message) => (message.type === "audio-track" ? [message.channels] : [])),
    [2, 1, 2],
  );
});

test.run();
