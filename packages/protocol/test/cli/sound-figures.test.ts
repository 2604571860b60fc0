import assert from "node:assert/strict";
import { suite } from "uvu";
import { levelMeter, microphoneStatus, soundDetail, soundStatus } from "../../src/cli/sound-figures.ts";

const test = suite("figures of sound");
const on = { isOn: true, isMuted: false, bitrateBps: 40_000, latencyMs: 58.4, jitterMs: 21, concealedShare: 0.012, peakDbfs: -12 };

test("shows levels from quiet to full scale as steps", () => {
  assert.deepEqual([-96, -54, -30, 0].map(levelMeter), ["▁", "▁", "▄", "█"]);
});

test("shows in the status line what is heard in both directions, and what is switched off", () => {
  assert.equal(soundStatus(on), "  sound ▇ 58 ms");
  assert.equal(soundStatus({ ...on, isOn: false, isMuted: true }), "  sound off");
  assert.equal(soundStatus({ ...on, isOn: false }), "");
  assert.equal(microphoneStatus({ isMuted: false, peakDbfs: -96 }), "  mic ▁");
  assert.equal(microphoneStatus({ isMuted: true }), "  mic off");
  assert.equal(microphoneStatus({ isMuted: false }), "");
});

test("says all of it at the key i", () => {
  assert.deepEqual(soundDetail(on), [["sound", "58 ms from mouth to ear, held 21 ms, 40 kbit/s, made up 1.2 %"]]);
  assert.deepEqual(soundDetail({ ...on, isMuted: true }), [["sound", "the other end's microphone is off"]]);
  assert.deepEqual(soundDetail(undefined), []);
});

test.run();
