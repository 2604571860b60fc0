// A packet's messages as bytes, made once for all who get the packet at about the same time: for one encoder's many receivers to copy it
// and to write its headers would be as much work as all the rest.
import { serializeMessage } from "../messages/message.ts";
import type { VideoMessage } from "../messages/video.ts";
import type { Micros } from "../time/clock.ts";
import { videoChunks } from "./packet-chunks.ts";
import type { EncodedPacket } from "./packet.ts";

/** Sending times that differ by less than this are the same: they are there to say where a picture's time goes. */
const sameUs = 1_000;

const latest = new WeakMap<EncodedPacket, PacketMessages>();

/** The messages of one packet that begins to be sent now, or did so just before. Their bytes are others', too: they must not change. */
export class PacketMessages {
  readonly #sentUs: Micros;
  readonly #chunks: Iterator<VideoMessage>;
  readonly #made: Uint8Array[] = [];

  private constructor(packet: EncodedPacket, sentUs: Micros) {
    this.#sentUs = sentUs;
    this.#chunks = videoChunks({ ...packet, sentUs: Math.max(0, sentUs - packet.captureUs) })[Symbol.iterator]();
  }

  /** @param nowUs when the first of them goes to a socket */
  static of(packet: EncodedPacket, nowUs: Micros): PacketMessages {
    const known = latest.get(packet);
    if (known !== undefined && nowUs - known.#sentUs < sameUs) return known;
    const messages = new PacketMessages(packet, nowUs);
    latest.set(packet, messages);
    return messages;
  }

  /** Each is made when it is first asked for, and they are asked for in order. @returns undefined beyond the last */
  at(index: number): Uint8Array | undefined {
    if (index === this.#made.length) {
      const next = this.#chunks.next();
      if (next.done !== true) this.#made.push(serializeMessage(next.value));
    }
    return this.#made[index];
  }
}
