import assert from "node:assert/strict";
import { levelDbfs, randomNumbers, speechLike } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";

import { noiseSuppressorDelayUs, openNoiseSuppressor } from "../../src/audio/noise-suppressor.ts";

const test = suite("NoiseSuppressor");

/** The noise of a fan: more of it the lower. */
function fan(samples: number, levelOf: number): Float32Array {
  const random = randomNumbers(3);
  let last = 0;
  const noise = Float32Array.from({ length: samples }, () => (last = 0.97 * last + random() - 0.5));
  const gain = 10 ** ((levelOf - levelDbfs(noise, { fromS: 0, toS: samples / 48_000 })) / 20);
  return noise.map((sample) => sample * gain);
}

async function suppressed(sound: Float32Array): Promise<Float32Array> {
  const suppressor = await openNoiseSuppressor();
  const cleaned = new Float32Array(sound.length);
  for (let at = 0; at < sound.length; at += 480) cleaned.set(suppressor.process(sound.subarray(at, at + 480)), at);
  suppressor.close();
  return cleaned;
}

test("takes the noise away and leaves the voice, 10 ms later", async () => {
  // 6 s of voice, then the noise alone.
  const voice = new Float32Array(10 * 48_000);
  voice.set(speechLike(6, { seed: 3 }));
  const noise = fan(voice.length, -38);
  const cleaned = await suppressed(voice.map((sample, n) => sample + (noise[n] ?? 0)));
  const pause = { fromS: 7, toS: 10 };
  const takenDb = levelDbfs(noise, pause) - levelDbfs(cleaned, pause);
  assert.ok(takenDb > 20, `noise: ${takenDb} dB`);
  const delay = (noiseSuppressorDelayUs * 48) / 1_000;
  let [product, power] = [0, 0];
  for (let n = 48_000; n < 6 * 48_000; n++) {
    product += (cleaned[n + delay] ?? 0) * (voice[n] ?? 0);
    power += (voice[n] ?? 0) ** 2;
  }
  const voiceDb = 20 * Math.log10(product / power);
  assert.ok(Math.abs(voiceDb) < 2, `voice: ${voiceDb} dB`);
});

test("keeps digital silence silent", async () => {
  const cleaned = await suppressed(new Float32Array(48_000));
  assert.ok(cleaned.every((sample) => sample === 0));
});

test.run();
