import assert from "node:assert/strict";
import { speechLike } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";

import { Concealment } from "../../src/audio/concealment.ts";
import { blocksOf, joinedBlocks, levelDb, sharpestCorner, tone } from "./signals.ts";

const test = suite("Concealment");

/** Plays a sound of which these blocks of 10 ms are missing. */
function concealed(sound: Float32Array, isMissing: (block: number) => boolean): Float32Array {
  const concealment = new Concealment();
  return joinedBlocks(
    blocksOf(sound).map((block, index) =>
      isMissing(index) ? concealment.conceal(block.length) : concealment.take(block, index === 0 || !isMissing(index - 1)),
    ),
  );
}

const voice = speechLike(4, { seed: 1, vowelsOnly: true });
/** Gaps of 20, 40 and 100 ms. */
const isMissing = (block: number): boolean => block % 50 >= 20 && block % 50 < 20 + ([2, 4, 10][Math.floor(block / 50) % 3] ?? 0);

test("changes nothing where nothing is missing", () => {
  assert.deepEqual(
    concealed(voice, () => false),
    voice,
  );
});

test("keeps a gap of 20 ms as loud as it would have been", () => {
  for (const sound of [tone(150, 1), tone(1_234, 1)]) {
    const played = concealed(sound, (block) => block === 50 || block === 51);
    const [inGap, own] = [played.subarray(24_000, 24_960), sound.subarray(24_000, 24_960)];
    assert.ok(Math.abs(levelDb(inGap) - levelDb(own)) < 2.5, `${levelDb(inGap)} dB for ${levelDb(own)} dB`);
  }
});

test("makes no clicks, neither at the beginning of a gap nor at its end", () => {
  for (const [name, sound] of [
    ["a tone", tone(441, 3)],
    ["a voice", voice],
    ["a high voice", speechLike(4, { seed: 2, pitchHz: 230, vowelsOnly: true })],
  ] as const) {
    const corner = sharpestCorner(concealed(sound, isMissing)) / sharpestCorner(sound);
    assert.ok(corner < 1.25, `${name}: ${corner} times as sharp`);
    const silenced = joinedBlocks(blocksOf(sound).map((block, index) => (isMissing(index) ? new Float32Array(block.length) : block)));
    assert.ok(sharpestCorner(silenced) / sharpestCorner(sound) > 1.25, `${name}: would not be heard`);
  }
});

test("falls silent after 60 ms", () => {
  const played = concealed(voice, (block) => block >= 100);
  assert.ok(played.subarray(48_000 + 2_880).every((sample) => sample === 0));
  assert.ok(played.subarray(48_000, 48_000 + 2_400).some((sample) => Math.abs(sample) > 0.001));
});

test("fades in what comes where nothing was before", () => {
  const [block] = blocksOf(tone(441, 1).map((sample) => sample + 0.3));
  assert.ok(block !== undefined);
  const faded = new Concealment().take(block, false);
  assert.ok(Math.abs(faded[0] ?? 1) < 0.01);
  assert.deepEqual(faded.subarray(240), block.subarray(240));
});

test.run();
