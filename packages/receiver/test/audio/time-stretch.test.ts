import assert from "node:assert/strict";
import { speechLike } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";

import { TimeStretch } from "../../src/audio/time-stretch.ts";
import { amplitudeAt, blocksOf, joinedBlocks, levelDb, sharpestCorner, sweep, tone } from "./signals.ts";

const test = suite("TimeStretch");

function stretched(sound: Float32Array, speedOf: (block: number) => number): Float32Array {
  const stretch = new TimeStretch();
  return joinedBlocks(blocksOf(sound).map((block, index) => stretch.process(block, speedOf(index))));
}

const voice = speechLike(4, { seed: 1, vowelsOnly: true });
const highVoice = speechLike(4, { seed: 2, pitchHz: 230, vowelsOnly: true });
const smoothSounds: readonly (readonly [string, Float32Array])[] = [
  ["a tone of 100 Hz", tone(100, 3)],
  ["a tone of 441 Hz", tone(441, 3)],
  ["a tone of 3 kHz", tone(3_001, 3)],
  ["a sweep from 80 Hz to 8 kHz", sweep(80, 8_000, 4)],
  ["a low voice", voice],
  ["a high voice", highVoice],
];

/** Every change of speed there is, for half a second each, and quick changes between them. */
const changingSpeed = (block: number): number => [1, 1.25, 0.8, 1.1, 1, 0.9][Math.floor(block / (block < 200 ? 40 : 3)) % 6] ?? 1;

test("gives back what it took, at once, at the speed of 1", () => {
  const stretch = new TimeStretch();
  for (const block of blocksOf(voice)) assert.deepEqual(stretch.process(block, 1), block);
});

for (const speed of [0.8, 0.9, 1.1, 1.25]) {
  test(`plays at a speed of ${speed} in the time that takes, at the same loudness`, () => {
    for (const [name, sound] of [["silence", new Float32Array(96_000)] as const, ...smoothSounds]) {
      const played = stretched(sound, () => speed);
      const real = sound.length / played.length;
      assert.ok(Math.abs(real / speed - 1) < 0.05, `${name}: ${real}`);
      const louderDb = name === "silence" ? 0 : levelDb(played) - levelDb(sound);
      assert.ok(Math.abs(louderDb) < 1, `${name}: ${louderDb} dB`);
    }
  });

  test(`keeps the pitch at a speed of ${speed}`, () => {
    for (const hz of [150, 441, 1_234]) {
      const played = stretched(tone(hz, 2), () => speed).subarray(0, 12_000);
      const own = amplitudeAt(hz, played);
      assert.ok(own > 0.4, `${hz}: ${own}`);
      assert.ok(amplitudeAt(hz * speed, played) < own / 10);
    }
  });
}

for (const [name, sound] of smoothSounds) {
  test(`makes no clicks in ${name}, while the speed changes`, () => {
    const corner = sharpestCorner(stretched(sound, changingSpeed)) / sharpestCorner(sound);
    assert.ok(corner < 1.25, `${corner} times as sharp`);
  });
}

test("would be heard clicking, if it cut anywhere", () => {
  for (const [name, sound] of smoothSounds) {
    const cut = joinedBlocks(blocksOf(sound, 431).filter((_, index) => index % 5 !== 4));
    const corner = sharpestCorner(cut) / sharpestCorner(sound);
    assert.ok(corner > 1.25, `${name}: ${corner} times as sharp`);
  }
});

test("loses and repeats nothing when the speed is 1 again", () => {
  const stretch = new TimeStretch();
  const [first, second, third] = blocksOf(voice);
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  assert.equal(stretch.process(first, 1.25).length, 0);
  assert.equal(stretch.process(second, 1.25).length, 0);
  assert.deepEqual(stretch.process(third, 1), joinedBlocks([first, second, third]));
});

test.run();
