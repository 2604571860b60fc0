import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProtocolError, type ProtocolErrorCode } from "../../src/errors.ts";
import { maxPacketBytes, maxTracks } from "../../src/limits.ts";
import { PacketAssembler } from "../../src/media/packet-assembler.ts";
import { videoChunks } from "../../src/media/packet-chunks.ts";
import type { VideoMessage } from "../../src/messages/video.ts";
import { micros } from "../../src/time/clock.ts";
import { arbitrarySize, packetOf } from "./packet.ts";

function failsWith(code: ProtocolErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof ProtocolError && error.code === code && error.closeCode === "bad-media";
}

/** First and second chunk of a packet of two. */
function twoChunks(frame = 1): [VideoMessage, VideoMessage] {
  const [first, second] = [...videoChunks(packetOf(20_000, { frame }))];
  if (first === undefined || second === undefined) throw new Error("a packet of 20,000 bytes has two chunks");
  return [first, second];
}

test("joins what was split", () => {
  fc.assert(
    fc.property(arbitrarySize, fc.boolean(), (size, keyframe) => {
      const packet = packetOf(size, { keyframe });
      const assembler = new PacketAssembler();
      const joined = [...videoChunks(packet)].map((chunk) => assembler.push(chunk));
      assert.ok(joined.slice(0, -1).every((it) => it === undefined));
      const last = joined.at(-1);
      assert.equal({ ...last, data: undefined }, { ...packet, data: undefined });
      assert.is(Buffer.compare(last?.data ?? new Uint8Array(), packet.data), 0);
      assert.is(assembler.heldBytes, 0);
    }),
    { numRuns: 40 },
  );
});

test("owns the bytes that it hands out", () => {
  const packet = packetOf(100);
  const [chunk] = [...videoChunks(packet)];
  assert.ok(chunk);
  const joined = new PacketAssembler().push(chunk);
  packet.data.fill(0);
  assert.is(joined?.data.byteLength, 100);
  assert.is(joined?.data.buffer.byteLength, 100);
  assert.equal(joined?.data, packetOf(100).data);
});

test("keeps the tracks apart", () => {
  const assembler = new PacketAssembler();
  const [a1, a2] = twoChunks();
  const [b1, b2] = twoChunks(9).map((chunk) => ({ ...chunk, track: 2 })) as [VideoMessage, VideoMessage];
  assert.is(assembler.push(a1), undefined);
  assert.is(assembler.push(b1), undefined);
  assert.is(assembler.unfinishedPackets, 2);
  assert.is(assembler.push(a2)?.frame, 1);
  assert.is(assembler.push(b2)?.frame, 9);
});

test("takes frames with gaps, but none twice and none out of order", () => {
  const assembler = new PacketAssembler();
  const push = (frame: number): number => [...videoChunks(packetOf(10, { frame }))].filter((it) => assembler.push(it)).length;
  assert.is(push(1), 1);
  assert.is(push(5), 1);
  assert.throws(() => push(5), failsWith("frame-order"));
  assert.throws(() => push(4), failsWith("frame-order"));
});

const wrongSecondChunks: readonly (readonly [string, Partial<VideoMessage>, ProtocolErrorCode])[] = [
  ["of another frame", { frame: 2 }, "chunk-order"],
  ["with a gap before it", { offset: 16_385, data: new Uint8Array(100) }, "chunk-order"],
  ["that overlaps", { offset: 16_383 }, "chunk-order"],
  ["at the start again", { offset: 0 }, "chunk-order"],
  ["that says keyframe", { keyframe: true }, "chunk-mismatch"],
  ["captured at another time", { captureUs: micros(1_001) }, "chunk-mismatch"],
  ["of a longer packet", { packetBytes: 30_000 }, "chunk-mismatch"],
  ["encoded from another time", { encodeStartUs: 11 }, "chunk-mismatch"],
  ["encoded at another time", { encodedUs: 21 }, "chunk-mismatch"],
  ["sent at another time", { sentUs: 31 }, "chunk-mismatch"],
  ["longer than the packet", { data: new Uint8Array(4_000) }, "chunk-mismatch"],
];

for (const [name, change, code] of wrongSecondChunks) {
  test(`refuses a second chunk ${name}`, () => {
    const assembler = new PacketAssembler();
    const [first, second] = twoChunks();
    assembler.push(first);
    assert.throws(() => assembler.push({ ...second, ...change }), failsWith(code));
  });
}

test("refuses a packet that does not begin at its beginning", () => {
  const [, second] = twoChunks();
  assert.throws(() => new PacketAssembler().push(second), failsWith("chunk-order"));
});

test("refuses more tracks than a connection has", () => {
  const assembler = new PacketAssembler();
  const [first] = twoChunks();
  for (let track = 1; track <= maxTracks; track += 1) assembler.push({ ...first, track });
  assert.throws(() => assembler.push({ ...first, track: maxTracks + 1 }), failsWith("too-many-tracks"));
});

test("holds memory for what has come, not for what was announced", () => {
  const assembler = new PacketAssembler();
  let arrived = 0;
  for (const chunk of videoChunks(packetOf(maxPacketBytes))) {
    assembler.push(chunk);
    arrived += chunk.data.byteLength;
    assert.ok(assembler.heldBytes <= Math.max(65_536, 2 * arrived), `${assembler.heldBytes} bytes held after ${arrived}`);
  }
  assert.is(assembler.heldBytes, 0);
});

test("takes a packet at its word that is no larger than one that came whole", () => {
  const assembler = new PacketAssembler();
  const push = (size: number, frame: number): number => {
    const [first, ...others] = [...videoChunks(packetOf(size, { frame }))];
    assert.ok(first);
    assembler.push(first);
    const held = assembler.heldBytes;
    for (const chunk of others) assembler.push(chunk);
    return held;
  };
  assert.is(push(200_000, 1), 65_536);
  assert.is(push(190_000, 2), 190_000);
  assert.is(push(maxPacketBytes, 3), 200_000);
});

test.run();
