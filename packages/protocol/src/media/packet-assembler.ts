// Joins video messages into packets, on the way from the parser to the decoder. A packet is copied once, into the buffer that
// it keeps. That buffer grows with what has arrived, not with what was announced: announcing 4 MiB costs the receiver 64 KiB, unless such a packet
// has come whole.
import { ProtocolError } from "../errors.ts";
import { maxTracks } from "../limits.ts";
import type { VideoMessage } from "../messages/video.ts";
import type { EncodedPacket } from "./packet.ts";

/**
 * Bytes allocated on the word of a packet's first chunk: a usual packet (10 KB) fits. One that is no larger than what came whole before it is taken
 * at its word, too: JPEGs of 140 KB would be copied once more each time.
 */
const firstAllocationBytes = 65_536;

interface UnfinishedPacket {
  readonly first: Omit<VideoMessage, "data">;
  buffer: Uint8Array;
  filled: number;
}

interface TrackState {
  newestFrame: number;
  /** Of the largest packet that came whole. */
  largestBytes: number;
  unfinished: UnfinishedPacket | undefined;
}

/** Joins the chunks of the packets of one connection. One is made for each connection; after an error it is thrown away with it. */
export class PacketAssembler {
  readonly #tracks = new Map<number, TrackState>();

  /** Bytes held for packets that are not complete. */
  get heldBytes(): number {
    let bytes = 0;
    for (const { unfinished } of this.#tracks.values()) bytes += unfinished?.buffer.byteLength ?? 0;
    return bytes;
  }

  /** Number of packets that are not complete: at the end of a connection, those that were torn. */
  get unfinishedPackets(): number {
    let count = 0;
    for (const { unfinished } of this.#tracks.values()) if (unfinished !== undefined) count += 1;
    return count;
  }

  /**
   * Takes a chunk.
   * @param message - its data is copied
   * @returns the packet, if this was its last chunk; owned by the caller
   * @throws ProtocolError frame-order, chunk-order, chunk-mismatch or too-many-tracks
   */
  push(message: VideoMessage): EncodedPacket | undefined {
    const state = this.#stateOf(message.track);
    const packet = state.unfinished ?? begin(state, message);
    append(packet, message);
    if (packet.filled < packet.first.packetBytes) {
      state.unfinished = packet;
      return undefined;
    }
    state.unfinished = undefined;
    state.largestBytes = Math.max(state.largestBytes, packet.filled);
    const { track, frame, keyframe, captureUs, encodeStartUs, encodedUs, sentUs } = packet.first;
    return { track, frame, keyframe, captureUs, encodeStartUs, encodedUs, sentUs, data: packet.buffer };
  }

  #stateOf(track: number): TrackState {
    let state = this.#tracks.get(track);
    if (state === undefined) {
      if (this.#tracks.size === maxTracks) throw new ProtocolError("too-many-tracks", `more than ${maxTracks} tracks`);
      state = { newestFrame: 0, largestBytes: firstAllocationBytes, unfinished: undefined };
      this.#tracks.set(track, state);
    }
    return state;
  }
}

function begin(state: TrackState, message: VideoMessage): UnfinishedPacket {
  if (message.frame <= state.newestFrame) {
    throw new ProtocolError("frame-order", `frame ${message.frame} after frame ${state.newestFrame}`);
  }
  state.newestFrame = message.frame;
  const { data: _, ...first } = message;
  return { first, buffer: new Uint8Array(Math.min(message.packetBytes, state.largestBytes)), filled: 0 };
}

function append(packet: UnfinishedPacket, message: VideoMessage): void {
  const { first, filled } = packet;
  if (message.frame !== first.frame || message.offset !== filled) {
    throw new ProtocolError(
      "chunk-order",
      `offset ${message.offset} of frame ${message.frame} came instead of offset ${filled} of frame ${first.frame}`,
    );
  }
  if (!isSamePacket(first, message)) {
    throw new ProtocolError("chunk-mismatch", `the chunks of frame ${first.frame} do not agree on their packet`);
  }
  const end = filled + message.data.byteLength;
  if (end > first.packetBytes) throw new ProtocolError("chunk-mismatch", `frame ${first.frame} is longer than announced`);
  if (end > packet.buffer.byteLength) packet.buffer = grown(packet, end);
  packet.buffer.set(message.data, filled);
  packet.filled = end;
}

/** Doubling, so that growing copies less than twice the packet; at last to exactly packetBytes, so that nothing has to be cut off. */
function grown({ first, buffer, filled }: UnfinishedPacket, needed: number): Uint8Array {
  const larger = new Uint8Array(Math.min(first.packetBytes, Math.max(needed, 2 * buffer.byteLength)));
  larger.set(buffer.subarray(0, filled));
  return larger;
}

function isSamePacket(a: Omit<VideoMessage, "data">, b: VideoMessage): boolean {
  return (
    a.keyframe === b.keyframe &&
    a.captureUs === b.captureUs &&
    a.packetBytes === b.packetBytes &&
    a.encodeStartUs === b.encodeStartUs &&
    a.encodedUs === b.encodedUs &&
    a.sentUs === b.sentUs
  );
}
