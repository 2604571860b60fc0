import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type AudioMessage, micros } from "@simple-video-chat/protocol";
import { blockSamples, blockUs, silenceDbfs, SoundError, type SoundErrorCode } from "@simple-video-chat/protocol/sound";
import { suite } from "uvu";
import { AudioCapture } from "../../src/audio/audio-capture.ts";
import type { CaptureAudioEvent } from "../../src/audio/capture-audio-command.ts";
import type { SoundSourceEvents } from "../../src/audio/sound-source.ts";

const test = suite("AudioCapture");
const retryMs = 20;
const record = { command: "record", sound: { kind: "microphone" }, format: { bitrateBps: 32_000, packetMs: 10 } } as const;

/** A microphone that can be pulled out. */
function bench() {
  const events: CaptureAudioEvent[] = [];
  const packets: AudioMessage[] = [];
  const state = {
    opened: 0,
    closed: 0,
    isThere: true,
    missing: "sound-device-missing" as SoundErrorCode,
    events: undefined as SoundSourceEvents | undefined,
  };
  const capture = new AudioCapture(
    {
      onPacket: (packet) => packets.push(packet),
      onEvent: (event) => events.push(event),
      process: (block) => block.map((sample) => sample / 2),
    },
    (_sound, _startUs, sourceEvents) => {
      if (!state.isThere) return Promise.reject(new SoundError(state.missing, "There is no microphone."));
      state.opened++;
      state.events = sourceEvents;
      return Promise.resolve({ name: "mic", close: () => void state.closed++ });
    },
    retryMs,
  );
  const speak = (blocks: number): void => {
    const block = new Float32Array(blockSamples).map((_, at) => Math.sin(at / 10));
    for (let at = 0; at < blocks; at++) state.events?.onBlock(block, micros(at * blockUs));
  };
  return { events, packets, state, capture, speak };
}

test("records until it is told to stop, and tells how loud it is after what is done to the sound", async () => {
  const { events, packets, state, capture, speak } = bench();
  await capture.obey(record);
  speak(10);
  await capture.obey({ command: "record-stop" });
  assert.equal(packets.length, 10);
  assert.deepEqual(events, [
    { event: "recording", name: "mic" },
    { event: "record-level", peakDbfs: -6 },
  ]);
  assert.deepEqual([state.opened, state.closed], [1, 1]);
});

test("says once that the microphone is gone, and takes it up again when it is back", async () => {
  const { events, state, capture } = bench();
  await capture.obey(record);
  state.isThere = false;
  state.events?.onGone("unplugged");
  await sleep(5 * retryMs);
  state.isThere = true;
  while (state.opened < 2) await sleep(20);
  await capture.obey({ command: "record-stop" });
  assert.deepEqual(
    events.map((event) => (event.event === "record-failed" ? event.code : event.event)),
    ["recording", "sound-device-failed", "recording"],
  );
});

test("does not come back when it was told to stop meanwhile", async () => {
  const { state, capture } = bench();
  state.isThere = false;
  await capture.obey(record);
  await capture.obey({ command: "record-stop" });
  state.isThere = true;
  await sleep(5 * retryMs);
  assert.equal(state.opened, 0);
});

test("says that a file has no sound, and does not look for it again", async () => {
  const { events, state, capture } = bench();
  state.isThere = false;
  const file = { ...record, sound: { kind: "file", path: "film.mp4" } } as const;
  for (const missing of ["no-sound-track", "sound-device-missing"] as const) {
    state.missing = missing;
    await capture.obey(file);
  }
  state.isThere = true;
  await sleep(5 * retryMs);
  assert.deepEqual(
    events.map(({ event }) => event),
    ["record-nothing", "record-failed"],
  );
  assert.equal(state.opened, 0);
  await capture.obey(record);
  assert.equal(state.opened, 1);
});

test("is at rest when a file has no more sound", async () => {
  const { events, state, capture } = bench();
  await capture.obey({ ...record, sound: { kind: "file", path: "film.mp4" } });
  state.events?.onGone("");
  await sleep(5 * retryMs);
  assert.deepEqual([state.opened, state.closed, events.at(-1)], [1, 1, { event: "record-level", peakDbfs: silenceDbfs }]);
});

test.run();
