// Splits a packet into video messages, so that whatever is more urgent can go between them. Undone by packet-assembler.ts.
import { maxVideoDataBytes } from "../limits.ts";
import type { VideoMessage } from "../messages/video.ts";
import type { EncodedPacket } from "./packet.ts";

/**
 * The chunks of a packet, in order, each with at most maxVideoDataBytes.
 * @param packet - not copied: each chunk's `data` is a view of the packet's, which must not change until it was sent
 */
export function* videoChunks(packet: EncodedPacket): Generator<VideoMessage, void, undefined> {
  const { track, keyframe, frame, captureUs, encodeStartUs, encodedUs, sentUs, data } = packet;
  const packetBytes = data.byteLength;
  for (let offset = 0; offset < packetBytes; offset += maxVideoDataBytes) {
    yield {
      type: "video",
      track,
      keyframe,
      frame,
      captureUs,
      packetBytes,
      offset,
      encodeStartUs,
      encodedUs,
      sentUs,
      data: data.subarray(offset, offset + maxVideoDataBytes),
    };
  }
}
