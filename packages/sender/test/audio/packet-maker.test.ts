import assert from "node:assert/strict";
import { type AudioMessage, micros } from "@simple-video-chat/protocol";
import { blockSamples, blockUs, sampleRateHz } from "@simple-video-chat/protocol/sound";
import { suite } from "uvu";
import { PacketMaker } from "../../src/audio/packet-maker.ts";

const test = suite("PacketMaker");
const speech = { bitrateBps: 32_000, packetMs: 20 };

function toneBlock(at: number): Float32Array {
  return Float32Array.from(
    { length: blockSamples },
    (_, n) => 0.3 * Math.sin((2 * Math.PI * 440 * (at * blockSamples + n)) / sampleRateHz),
  );
}

async function make(
  run: (maker: PacketMaker, push: (from: number, to: number, block?: (at: number) => Float32Array) => void) => Promise<void> | void,
) {
  const packets: AudioMessage[] = [];
  const maker = new PacketMaker(speech, (packet) => packets.push(packet));
  await maker.open();
  const push = (from: number, to: number, block: (at: number) => Float32Array = toneBlock): void => {
    for (let at = from; at < to; at++) maker.push(block(at), micros(at * blockUs));
  };
  await run(maker, push);
  maker.close();
  return packets;
}

test("makes packets with the time of their first sample, numbered without gaps", async () => {
  const packets = await make((_, push) => push(0, 50));
  assert.equal(packets.length, 25);
  packets.forEach((packet, at) => {
    assert.equal(packet.packet, at + 1);
    assert.equal(packet.captureUs, at * 20_000);
    assert.equal(packet.durationUs, 20_000);
    assert.ok(packet.data.byteLength > 20 && packet.data.byteLength < 200, `${packet.data.byteLength} bytes`);
  });
});

test("changes the format between packets, and goes on counting", async () => {
  const packets = await make(async (maker, push) => {
    push(0, 20);
    await maker.setFormat({ bitrateBps: 16_000, packetMs: 60 });
    push(20, 80);
  });
  assert.deepEqual(
    packets.map(({ durationUs }) => durationUs),
    [...Array<number>(10).fill(20_000), ...Array<number>(10).fill(60_000)],
  );
  assert.deepEqual(
    packets.map(({ packet }) => packet),
    packets.map((_, at) => at + 1),
  );
});

test("says of a pause that it is one, and then nothing until it ends", async () => {
  const silence = (): Float32Array => new Float32Array(blockSamples);
  const packets = await make((_, push) => {
    push(0, 50);
    push(50, 550, silence);
    push(550, 600);
  });
  const during = packets.filter(({ captureUs }) => captureUs > 1_500_000 && captureUs < 5_400_000);
  assert.ok(during.length < 40, `${during.length} packets in 4 s of silence`);
  assert.ok(packets.some(({ captureUs }) => captureUs >= 5_500_000));
  assert.deepEqual(
    packets.map(({ packet }) => packet),
    packets.map((_, at) => at + 1),
  );
});

test.run();
