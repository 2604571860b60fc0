// Packets for the tests of media/.
import fc from "fast-check";
import type { EncodedPacket } from "../../src/media/packet.ts";
import { micros } from "../../src/time/clock.ts";

/** A packet of `bytes` bytes that count up. */
export function packetOf(bytes: number, fields: Partial<EncodedPacket> = {}): EncodedPacket {
  return {
    track: 1,
    frame: 1,
    keyframe: false,
    captureUs: micros(1_000),
    encodeStartUs: 10,
    encodedUs: 20,
    sentUs: 30,
    data: Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + (i >> 8)) & 0xff),
    ...fields,
  };
}

/** Any size around the ends of chunks and of the first allocation. */
export const arbitrarySize: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: 1, max: 200_000 }),
  fc.constantFrom(1, 16_383, 16_384, 16_385, 32_768, 65_535, 65_536, 65_537, 131_072, 4_194_304),
);
