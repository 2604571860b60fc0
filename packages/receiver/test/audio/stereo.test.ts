// Two channels from the packets to the speaker: what is the same in both comes out as it would in mono, and what is on one side stays there.
import assert from "node:assert/strict";
import { type AudioMessage, micros } from "@simple-video-chat/protocol";
import { blockSamples, blockUs, joinChannels, splitChannels } from "@simple-video-chat/protocol/sound";
import { speechLike } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";

import { Concealment } from "../../src/audio/concealment.ts";
import { openOpusDecoder } from "../../src/audio/opus-decoder.ts";
import { SoundStream } from "../../src/audio/sound-stream.ts";
import { TimeStretch } from "../../src/audio/time-stretch.ts";
import { encoded } from "./encoded.ts";
import { amplitudeAt, blocksOf, joinedBlocks, levelDb, sharpestCorner, tone } from "./signals.ts";

const test = suite("stereo");

const voice = speechLike(4, { seed: 1, vowelsOnly: true });
const silence = new Float32Array(voice.length);

/** Every change of speed there is, and gaps of 20, 40 and 100 ms. */
const speedOf = (block: number): number => [1, 1.25, 0.8, 1.1, 1, 0.9][Math.floor(block / 40) % 6] ?? 1;
const isMissing = (block: number): boolean => block % 50 >= 20 && block % 50 < 20 + ([2, 4, 10][Math.floor(block / 50) % 3] ?? 0);

function stretched(sound: Float32Array, channels: 1 | 2): Float32Array {
  const stretch = new TimeStretch(channels);
  return joinedBlocks(blocksOf(sound, blockSamples * channels).map((block, at) => stretch.process(block, speedOf(at))));
}

function concealed(sound: Float32Array, channels: 1 | 2): Float32Array {
  const concealment = new Concealment(channels);
  return joinedBlocks(
    blocksOf(sound, blockSamples * channels).map((block, at) =>
      isMissing(at) ? concealment.conceal(blockSamples) : concealment.take(block, at === 0 || !isMissing(at - 1)),
    ),
  );
}

for (const [name, run] of [
  ["stretched", stretched],
  ["concealed", concealed],
] as const) {
  test(`is ${name} as mono is, where both channels are the same`, () => {
    const [left = silence, right] = splitChannels(run(joinChannels([voice, voice]), 2), 2);
    const mono = run(voice, 1);
    assert.deepEqual(left, right);
    assert.equal(left.length, mono.length);
    const error = left.map((sample, at) => sample - (mono[at] ?? 0));
    assert.ok(levelDb(error) < levelDb(mono) - 60, `${levelDb(error)} dB off`);
  });

  test(`stays on its side when it is ${name}, and does not click`, () => {
    const [left = silence, right = silence] = splitChannels(run(joinChannels([voice, silence]), 2), 2);
    assert.ok(right.every((sample) => sample === 0));
    assert.ok(levelDb(left) > levelDb(voice) - 3);
    const corner = sharpestCorner(left) / sharpestCorner(voice);
    assert.ok(corner < 1.25, `${corner} times as sharp`);
  });

  test(`does not click either when it is ${name} and both channels cancel each other out`, () => {
    const [left = silence, right = silence] = splitChannels(run(joinChannels([voice, voice.map((sample) => -sample)]), 2), 2);
    const corner = sharpestCorner(left) / sharpestCorner(voice);
    assert.ok(corner < 1.25, `${corner} times as sharp`);
    assert.ok(left.every((sample, at) => sample === -(right[at] ?? 1)));
  });
}

test("is mixed to one channel by a decoder that knows one only, as receivers of old have it", async () => {
  const packets = await encoded([tone(440, 1), new Float32Array(48_000)], 96_000);
  const decoder = await openOpusDecoder();
  const sound = joinedBlocks(packets.map((data) => decoder.decode(data)));
  decoder.close();
  assert.equal(sound.length, packets.length * blockSamples);
  // Half of each channel.
  const amplitude = amplitudeAt(440, sound.subarray(4_800, 43_200));
  assert.ok(Math.abs(amplitude - 0.25) < 0.03, `${amplitude}`);
});

test("is decoded side by side, also where its packets are of one channel for a while", async () => {
  const decoder = await openOpusDecoder(2);
  const stereo = await encoded([tone(440, 1), tone(1_000, 1)], 96_000);
  const [left = silence, right = silence] = splitChannels(joinedBlocks(stereo.map((data) => decoder.decode(data))), 2);
  const middle = (sound: Float32Array): Float32Array => sound.subarray(4_800, 43_200);
  assert.ok(amplitudeAt(440, middle(left)) > 0.45 && amplitudeAt(440, middle(right)) < 0.01);
  assert.ok(amplitudeAt(1_000, middle(right)) > 0.45 && amplitudeAt(1_000, middle(left)) < 0.01);
  const mono = await encoded([tone(440, 1)], 32_000);
  const both = splitChannels(joinedBlocks(mono.map((data) => decoder.decode(data))), 2);
  for (const sound of both) assert.ok(Math.abs(amplitudeAt(440, middle(sound)) - 0.5) < 0.05);
  decoder.close();
});

test("keeps its sides from packets to blocks, with a packet missing and clocks that differ", () => {
  const decoder = {
    decode: (data: Uint8Array): Float32Array => {
      const from = (data[0] ?? 0) * blockSamples;
      const left = Float32Array.from({ length: blockSamples }, (_, at) => 0.5 * Math.sin((2 * Math.PI * 500 * (from + at)) / 48_000));
      return joinChannels([left, new Float32Array(blockSamples)]);
    },
  };
  const stream = new SoundStream(decoder, 2);
  const sound: Float32Array[] = [];
  for (let packet = 1; packet <= 200; packet++) {
    const atUs = micros(5_000_000 + packet * blockUs * 1.0002);
    const captureUs = micros(packet * blockUs);
    const message: AudioMessage = { type: "audio", track: 3, packet, captureUs, durationUs: blockUs, data: Uint8Array.of(packet, 1, 2, 3) };
    if (packet !== 100) stream.push(message, atUs);
    const block = new Float32Array(2 * blockSamples);
    stream.read(block, atUs, micros(atUs + 20_000));
    sound.push(block);
  }
  const [left = silence, right = silence] = splitChannels(joinedBlocks(sound), 2);
  assert.ok(right.every((sample) => sample === 0));
  assert.ok(levelDb(left.subarray(48_000)) > -10, `${levelDb(left)} dB`);
  assert.ok(stream.counts.concealedUs > 0 && stream.counts.played > 190, JSON.stringify(stream.counts));
});

test.run();
