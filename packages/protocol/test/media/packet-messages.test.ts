import assert from "node:assert/strict";
import { suite } from "uvu";
import { maxVideoDataBytes } from "../../src/limits.ts";
import { videoChunks } from "../../src/media/packet-chunks.ts";
import { PacketMessages } from "../../src/media/packet-messages.ts";
import type { EncodedPacket } from "../../src/media/packet.ts";
import { serializeMessage } from "../../src/messages/message.ts";
import { micros } from "../../src/time/clock.ts";

const test = suite("PacketMessages");

function packetOf(bytes: number): EncodedPacket {
  const data = Uint8Array.from({ length: bytes }, (_, at) => at % 251);
  return { track: 1, keyframe: false, frame: 7, captureUs: micros(1_000_000), encodeStartUs: 100, encodedUs: 5_000, sentUs: 0, data };
}

function all(messages: PacketMessages): Uint8Array[] {
  const made: Uint8Array[] = [];
  for (let bytes = messages.at(0); bytes !== undefined; bytes = messages.at(made.length)) made.push(bytes);
  return made;
}

test("are the packet's chunks, with the time since its capture at which they go", () => {
  for (const bytes of [1, maxVideoDataBytes, 2 * maxVideoDataBytes + 1]) {
    const packet = packetOf(bytes);
    const expected = [...videoChunks({ ...packet, sentUs: 6_500 })].map(serializeMessage);
    assert.deepEqual(all(PacketMessages.of(packet, micros(1_006_500))), expected);
  }
});

test("are made once for those who get a packet within a millisecond, whoever is ahead", () => {
  const packet = packetOf(3 * maxVideoDataBytes);
  const first = PacketMessages.of(packet, micros(1_006_500));
  const ahead = first.at(0);
  const second = PacketMessages.of(packet, micros(1_007_499));
  const whole = all(second);
  assert.equal(whole[0], ahead);
  assert.deepEqual(all(first), whole);
  assert.ok(
    all(first).every((bytes, at) => bytes === whole[at]),
    "made twice",
  );
});

test("have another sending time for whoever gets the packet later, and for another packet of the same frame", () => {
  const packet = packetOf(10);
  const first = PacketMessages.of(packet, micros(1_006_500)).at(0);
  assert.notDeepEqual(PacketMessages.of(packet, micros(1_007_500)).at(0), first);
  assert.notEqual(PacketMessages.of({ ...packet }, micros(1_006_500)).at(0), first);
});

test.run();
