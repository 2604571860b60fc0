import assert from "node:assert/strict";
import { suite } from "uvu";

import { SincResampler } from "../../src/audio/sinc-resampler.ts";
import { blocksOf, joinedBlocks, levelDb, sampleRate, sharpestCorner, sweep, tone } from "./signals.ts";

const test = suite("SincResampler");

function resampled(sound: Float32Array, speedOf: (block: number) => number): Float32Array {
  const resampler = new SincResampler();
  return joinedBlocks(blocksOf(sound).map((block, index) => resampler.process(block, speedOf(index))));
}

/** What is left of a sound after the best fit of a tone of this frequency is taken away, dB below it. */
function noiseBelowDb(hz: number, sound: Float32Array): number {
  const sine = sound.map((_, n) => Math.sin((2 * Math.PI * hz * n) / sampleRate));
  const cosine = sound.map((_, n) => Math.cos((2 * Math.PI * hz * n) / sampleRate));
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, n) => sum + value * (b[n] ?? 0), 0);
  const [ss, sc, cc, xs, xc] = [dot(sine, sine), dot(sine, cosine), dot(cosine, cosine), dot(sound, sine), dot(sound, cosine)];
  const determinant = ss * cc - sc * sc;
  const [a, b] = [(xs * cc - xc * sc) / determinant, (xc * ss - xs * sc) / determinant];
  return levelDb(sound) - levelDb(sound.map((value, n) => value - a * (sine[n] ?? 0) - b * (cosine[n] ?? 0)));
}

for (const ppm of [-500, -137, 0, 200, 500]) {
  test(`is transparent at ${ppm} ppm: 70 dB below 10 kHz`, () => {
    const speed = 1 + ppm * 1e-6;
    for (const hz of [101, 997, 4_999, 9_973]) {
      const noise = noiseBelowDb(hz * speed, resampled(tone(hz, 0.6), () => speed).subarray(2_400, 26_400));
      assert.ok(noise > 70, `${hz} Hz: ${noise} dB`);
    }
  });
}

test("gives as many samples as the speed says, to a sample", () => {
  for (const ppm of [-500, 200, 500]) {
    const given = resampled(tone(441, 20), () => 1 + ppm * 1e-6).length;
    assert.ok(Math.abs(given - (20 * sampleRate) / (1 + ppm * 1e-6)) <= 1, `${given}`);
  }
});

test("makes no clicks while the speed changes", () => {
  const sound = sweep(80, 8_000, 4);
  const corner = sharpestCorner(resampled(sound, (block) => 1 + 500e-6 * Math.sin(block))) / sharpestCorner(sound);
  assert.ok(corner < 1.05, `${corner} times as sharp`);
});

test("keeps loudness", () => {
  const sound = tone(15_000, 1);
  assert.ok(Math.abs(levelDb(resampled(sound, () => 1.0002).subarray(4_800)) - levelDb(sound)) < 0.1);
});

test.run();
