// A session that takes everything and keeps it in the order of the wire.
import {
  type AccountMessage,
  type EncodedPacket,
  type MediaMessage,
  micros,
  packetWireBytes,
  serializeMessage,
  type TrackMessage,
} from "@simple-video-chat/protocol";

import type { OutgoingVideoSession } from "../src/outgoing-video.ts";

/** What a session was given, in order. */
export type Sent = MediaMessage | { readonly type: "packet"; readonly packet: EncodedPacket };

export class FakeSession implements OutgoingVideoSession {
  readonly sent: Sent[] = [];
  readonly closed: string[] = [];
  isLive = true;
  /** A connection whose queue is full. */
  isFull = false;
  bytes = 0;
  readonly clock = undefined;

  send(message: MediaMessage): boolean {
    if (!this.isLive) return false;
    // Throws for what the wire cannot say, such as an account that does not sum up.
    serializeMessage(message);
    this.sent.push(message);
    return true;
  }

  sendVideo(packet: EncodedPacket): number {
    if (!this.isLive || this.isFull) return 0;
    const bytes = packetWireBytes(packet.data.byteLength);
    this.bytes += bytes;
    this.sent.push({ type: "packet", packet });
    return bytes;
  }

  cut(cause: string): void {
    this.closed.push(cause);
  }

  close(code: string = "normal"): Promise<void> {
    this.closed.push(code);
    return Promise.resolve();
  }

  get packets(): readonly EncodedPacket[] {
    return this.sent.flatMap((sent) => (sent.type === "packet" ? [sent.packet] : []));
  }

  get accounts(): readonly AccountMessage[] {
    return this.sent.flatMap((sent) => (sent.type === "account" ? [sent] : []));
  }
}

export const track: TrackMessage = { type: "track", track: 1, codec: "h264", barcode: false, widthPx: 64, heightPx: 48, frameRate: 30 };

export function packetOf(frame: number, keyframe: boolean = false, bytes: number = 1_000): EncodedPacket {
  return {
    track: 1,
    frame,
    keyframe,
    captureUs: micros(frame * 1_000),
    encodeStartUs: 1,
    encodedUs: 2,
    sentUs: 0,
    data: new Uint8Array(bytes).fill(1),
  };
}
