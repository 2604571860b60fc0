import assert from "node:assert/strict";
import { type AudioMessage, micros } from "@simple-video-chat/protocol";
import { blockSamples, blockUs } from "@simple-video-chat/protocol/sound";
import { suite } from "uvu";
import { SoundStream } from "../../src/audio/sound-stream.ts";
import { DecodeError } from "../../src/errors.ts";

const test = suite("SoundStream");

/** Decodes a packet to one block of a tone that goes on from packet to packet. */
const decoder = {
  decode(data: Uint8Array): Float32Array {
    const number = data[0] ?? 0;
    if (number === 0xff) throw new DecodeError("undecodable", "no");
    return Float32Array.from(
      { length: blockSamples },
      (_, at) => 0.5 * Math.sin((2 * Math.PI * 500 * (number * blockSamples + at)) / 48_000),
    );
  },
};

function packetOf(packet: number, data: number = packet): AudioMessage {
  const captureUs = micros(packet * blockUs);
  return { type: "audio", track: 3, packet, captureUs, durationUs: blockUs, data: Uint8Array.of(data, 1, 2, 3) };
}

/** Plays packets that arrive as they were recorded, at a constant distance. */
function play(blocks: number, change: (packet: number) => AudioMessage | undefined) {
  const stream = new SoundStream(decoder);
  const sound: number[] = [];
  for (let at = 1; at <= blocks; at++) {
    const nowUs = micros(5_000_000 + at * blockUs);
    const packet = change(at);
    if (packet !== undefined) stream.push(packet, nowUs);
    const block = new Float32Array(blockSamples);
    stream.read(block, nowUs, micros(nowUs + 20_000));
    sound.push(...block);
  }
  return { stream, sound };
}

/** The greatest step between two samples. */
function steepest(sound: readonly number[]): number {
  return sound.reduce((most, sample, at) => Math.max(most, Math.abs(sample - (sound[at - 1] ?? sample))), 0);
}
/** A tone of 500 Hz at half of full scale has none greater than this. */
const toneStep = 0.5 * ((2 * Math.PI * 500) / 48_000);

test("plays packets that come in time whole and without a step, and knows when they are heard", () => {
  const { stream, sound } = play(100, packetOf);
  assert.equal(stream.counts.concealedUs, 0);
  assert.ok(steepest(sound) < toneStep * 1.5, `a step of ${steepest(sound)}`);
  // Recorded at x, arrived at x + 5 s, held for the target delay, and the speaker is 20 ms ahead.
  const heldUs = (stream.offsetUs ?? 0) - 5_020_000;
  assert.ok(heldUs >= 0 && heldUs <= 60_000, `held for ${heldUs} µs`);
});

test("knows of no time at which sound is heard when none has come for a second: pictures wait for none", () => {
  const upTo =
    (last: number) =>
    (packet: number): AudioMessage | undefined =>
      packet > 50 && packet <= last ? undefined : packetOf(packet);
  // A pause in speech is shorter.
  assert.ok(play(90, upTo(90)).stream.offsetUs !== undefined);
  assert.equal(play(200, upTo(200)).stream.offsetUs, undefined);
  assert.ok(play(220, upTo(200)).stream.offsetUs !== undefined);
});

test("makes up for a packet that is missing or cannot be decoded, without a click", () => {
  for (const change of [
    (packet: number) => (packet === 50 ? undefined : packetOf(packet)),
    (packet: number) => packetOf(packet, packet === 50 ? 0xff : packet),
  ]) {
    const { sound } = play(100, change);
    assert.ok(steepest(sound) < toneStep * 3, `a step of ${steepest(sound)}`);
    const around = sound.slice(45 * blockSamples, 60 * blockSamples);
    const quietMs = longestQuiet(around);
    assert.ok(quietMs < 10, `${quietMs} ms of nothing`);
  }
});

test("is silent before the first packet and after the last", () => {
  const { sound } = play(100, (packet) => (packet > 20 && packet < 40 ? packetOf(packet) : undefined));
  assert.ok(sound.slice(0, 15 * blockSamples).every((sample) => sample === 0));
  assert.ok(sound.slice(60 * blockSamples).every((sample) => Math.abs(sample) < 1e-3));
  assert.ok(sound.some((sample) => Math.abs(sample) > 0.4));
});

function longestQuiet(sound: readonly number[]): number {
  let longest = 0;
  let present = 0;
  for (const sample of sound) {
    present = Math.abs(sample) < 0.01 ? present + 1 : 0;
    longest = Math.max(longest, present);
  }
  return longest / 48;
}

test.run();
