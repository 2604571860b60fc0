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
import { audioFormats } from "../../src/audio/audio-rate.ts";

const test = suite("AudioCaptureHost");
const death = { exitCode: 1, signal: null, lastWords: "" };

function bench() {
  const commands: JsonObject[] = [];
  const told: string[] = [];
  const engine: { options?: Omit<EngineHostOptions, "entry" | "confinement">; stopped: number } = { stopped: 0 };
  const host = new AudioCaptureHost(
    { kind: "microphone" },
    {
      onRecording: (name) => told.push(`recording ${name}`),
      onTrouble: ({ code }) => told.push(code),
      onSilent: () => told.push("silent"),
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
  return { host, commands, told, engine, say, record };
}

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
  return { session, events, live, sent, packets, picture: { hold: (): void => {} } };
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

test.run();
