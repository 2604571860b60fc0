// Two channels from the source to the packets.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { type AudioMessage, micros } from "@simple-video-chat/protocol";
import { blockSamples, blockUs, joinChannels, sampleRateHz, splitChannels } from "@simple-video-chat/protocol/sound";
import { suite } from "uvu";
import { stereoFormats } from "../../src/audio/audio-rate.ts";
import { PacketMaker } from "../../src/audio/packet-maker.ts";
import { channelsIn } from "../../src/audio/sound-spec.ts";
import { openTestTone } from "../../src/audio/test-tone.ts";
import { TimedSamples } from "../../src/audio/timed-samples.ts";

const test = suite("stereo");

/** Whether a packet of Opus says that it is stereo: RFC 6716, 3.1. */
const isStereo = ({ data }: AudioMessage): boolean => ((data[0] ?? 0) & 0b100) !== 0;

function leftBlock(at: number): Float32Array {
  const left = Float32Array.from(
    { length: blockSamples },
    (_, n) => 0.3 * Math.sin((2 * Math.PI * 440 * (at * blockSamples + n)) / sampleRateHz),
  );
  return joinChannels([left, new Float32Array(blockSamples)]);
}

test("makes packets of two channels, and of their mixture where the link has room for one only", async () => {
  for (const format of stereoFormats) {
    const packets: AudioMessage[] = [];
    const maker = new PacketMaker(format, (packet) => packets.push(packet));
    await maker.open();
    for (let at = 0; at < 60; at++) maker.push(leftBlock(at), micros(at * blockUs));
    maker.close();
    assert.equal(packets.length, 600 / format.packetMs);
    for (const [at, packet] of packets.entries()) {
      assert.equal(packet.durationUs, format.packetMs * 1_000);
      assert.equal(packet.captureUs, at * packet.durationUs);
      assert.equal(isStereo(packet), format.channels === 2, `packet ${at} of ${format.bitrateBps} bit/s`);
    }
  }
});

test("says of a pause in both channels that it is one", async () => {
  const packets: AudioMessage[] = [];
  const maker = new PacketMaker(stereoFormats[0] ?? { bitrateBps: 0, packetMs: 0 }, (packet) => packets.push(packet));
  await maker.open();
  for (let at = 0; at < 600; at++) maker.push(at < 100 ? leftBlock(at) : new Float32Array(2 * blockSamples), micros(at * blockUs));
  maker.close();
  assert.ok(packets.filter(({ captureUs }) => captureUs > 2_000_000).length < 40);
});

test("beeps on the left in even seconds and on the right in odd ones", async () => {
  const heard = { left: 0, right: 0, wrong: 0 };
  const tone = openTestTone(
    {
      onBlock: (block, captureUs) => {
        splitChannels(block, 2).forEach((samples, channel) => {
          samples.forEach((sample, at) => {
            const second = Math.floor((captureUs + (at / sampleRateHz) * 1_000_000) / 1_000_000) % 2;
            if (Math.abs(sample) < 0.1) return;
            if (second !== channel) heard.wrong++;
            else heard[channel === 0 ? "left" : "right"]++;
          });
        });
      },
    },
    2,
  );
  while (heard.left < 1_000 || heard.right < 1_000) await sleep(20);
  tone.close();
  assert.equal(heard.wrong, 0);
});

test("is one channel where noise is suppressed, which knows no more", () => {
  assert.equal(channelsIn({ kind: "microphone", stereo: true, suppressNoise: true }), 1);
  assert.equal(channelsIn({ kind: "microphone", stereo: true }), 2);
  assert.equal(channelsIn({ kind: "microphone" }), 1);
});

test("keeps the places of a file's samples, of both channels at once", () => {
  const samples = new TimedSamples(2);
  samples.push(joinChannels([new Float32Array(1_000).fill(0.1), new Float32Array(1_000).fill(0.2)]), 100);
  assert.equal(samples.end, 1_100);
  const block = new Float32Array(2 * blockSamples);
  samples.take(block, 0);
  const [left = block, right = block] = splitChannels(block, 2);
  for (const [sound, value] of [
    [left, 0.1],
    [right, 0.2],
  ] as const) {
    assert.ok(sound.subarray(0, 100).every((sample) => sample === 0));
    assert.ok(sound.subarray(100).every((sample) => Math.abs(sample - value) < 1e-6));
  }
  samples.take(new Float32Array(2 * blockSamples), 480);
  samples.take(new Float32Array(2 * blockSamples), 960);
  assert.ok(samples.isEmpty);
});

test.run();
