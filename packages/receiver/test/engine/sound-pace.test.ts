import assert from "node:assert/strict";
import { type EncodedPacket, micros } from "@simple-video-chat/protocol";
import { FakeScheduler } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";
import { SoundPace } from "../../src/engine/sound-pace.ts";

const test = suite("SoundPace");

function bench() {
  const scheduler = new FakeScheduler();
  const released: { frame: number; atMs: number; heldMs: number }[] = [];
  const startUs = scheduler.nowUs();
  const atMs = (): number => (scheduler.nowUs() - startUs) / 1_000;
  const pace = new SoundPace(({ frame }, heldUs) => released.push({ frame, atMs: atMs(), heldMs: heldUs / 1_000 }), scheduler);
  /** The sender's clock is an hour ahead. */
  const push = (frame: number, captureMs: number): void => pace.push(packetOf(frame, startUs + 3.6e9 + captureMs * 1_000));
  /** Sound of an instant is heard so long after it. */
  const soundAfter = (ms: number): void => void (pace.offsetUs = -3.6e9 + ms * 1_000);
  return { scheduler, released, pace, push, soundAfter };
}

function packetOf(frame: number, captureUs: number): EncodedPacket {
  const times = { captureUs: micros(captureUs), encodeStartUs: 0, encodedUs: 0, sentUs: 0 };
  return { track: 1, frame, keyframe: false, data: Uint8Array.of(1), ...times };
}

test("lets pictures through at once while there is no sound, or when their sound was heard", () => {
  const { released, push, soundAfter } = bench();
  push(1, -30);
  soundAfter(50);
  push(2, -31);
  assert.deepEqual(
    released.map(({ frame, heldMs }) => [frame, heldMs]),
    [
      [1, 0],
      [2, 0],
    ],
  );
});

test("holds a picture until just before its sound, in order, and says for how long", () => {
  const { scheduler, released, push, soundAfter } = bench();
  soundAfter(60);
  push(1, 0);
  scheduler.advance(33);
  push(2, 33);
  scheduler.advance(100);
  assert.deepEqual(released, [
    { frame: 1, atMs: 40, heldMs: 40 },
    { frame: 2, atMs: 73, heldMs: 40 },
  ]);
});

test("holds no picture for long, and few at a time", () => {
  const { scheduler, released, push, soundAfter } = bench();
  soundAfter(2_000);
  push(1, 0);
  scheduler.advance(250);
  assert.deepEqual(released, [{ frame: 1, atMs: 200, heldMs: 200 }]);
  for (let frame = 2; frame <= 8; frame++) push(frame, 250);
  assert.equal(released.length, 5);
});

test("lets go of all when sound ends, or it is told to", () => {
  const { released, pace, push, soundAfter } = bench();
  soundAfter(500);
  push(1, 0);
  push(2, 0);
  pace.offsetUs = undefined;
  soundAfter(500);
  push(3, 0);
  pace.flush();
  assert.deepEqual(
    released.map(({ frame }) => frame),
    [1, 2, 3],
  );
});

test.run();
