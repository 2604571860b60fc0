// Packets → pictures by the browser: WebCodecs for H.264 and VP9, its own JPEG decoder for JPEG. One picture for each packet, in order.

import type { TrackMessage } from "@simple-video-chat/protocol";

import type { PagePacket } from "../browser/page-messages.ts";

/** Anything a canvas can draw. Whoever gets it closes it. */
export type PagePicture = VideoFrame | ImageBitmap;

/** What comes of the packets. */
export interface DecoderEvents {
  readonly onPicture: (picture: PagePicture, packet: PagePacket, decodeUs: number) => void;
  /** These packets give no picture, nor will others before a keyframe. */
  readonly onFailure: (packets: readonly PagePacket[]) => void;
}

/** A decoder of one track. */
export interface PageDecoder {
  decode(packet: PagePacket): void;
  /** Resolves when all that it was given has been told of. */
  flush(): Promise<void>;
  close(): void;
}

/**
 * What WebCodecs calls the codec. The level is the highest that any of our pictures needs; the stream says its own.
 * (RFC 6381; VP9: the codec's ISO binding, 8 bit 4:2:0.)
 */
const codecNames = { h264: "avc1.640034", vp9: "vp09.00.51.08" } as const;

/** Opens a decoder for a track. */
export function openPageDecoder(track: TrackMessage, events: DecoderEvents): PageDecoder {
  return track.codec === "jpeg" ? new JpegDecoder(track, events) : new StreamDecoder(codecNames[track.codec], track, events);
}

/** A picture of another size than announced is none. */
function hasSize(picture: PagePicture, { widthPx, heightPx }: TrackMessage): boolean {
  if (picture instanceof VideoFrame) return picture.displayWidth === widthPx && picture.displayHeight === heightPx;
  return picture.width === widthPx && picture.height === heightPx;
}

class StreamDecoder implements PageDecoder {
  readonly #codec: string;
  readonly #track: TrackMessage;
  readonly #events: DecoderEvents;
  /** Given and not told of, by their timestamp. */
  readonly #pending = new Map<number, { readonly packet: PagePacket; readonly sinceMs: number }>();
  #decoder: VideoDecoder | undefined;

  constructor(codec: string, track: TrackMessage, events: DecoderEvents) {
    this.#codec = codec;
    this.#track = track;
    this.#events = events;
  }

  decode(packet: PagePacket): void {
    // The frame's number stands in the timestamp, by which the picture finds its packet.
    this.#pending.set(packet.frame, { packet, sinceMs: performance.now() });
    try {
      this.#decoder ??= this.#open();
      const type = packet.keyframe ? "key" : "delta";
      this.#decoder.decode(new EncodedVideoChunk({ type, timestamp: packet.frame, data: packet.data }));
    } catch {
      this.#fail();
    }
  }

  async flush(): Promise<void> {
    try {
      await this.#decoder?.flush();
    } catch {
      this.#fail();
    }
    if (this.#pending.size > 0) this.#fail();
  }

  close(): void {
    if (this.#decoder?.state !== "closed") this.#decoder?.close();
    this.#decoder = undefined;
    this.#fail();
  }

  #open(): VideoDecoder {
    const decoder = new VideoDecoder({ output: (frame) => this.#take(frame), error: () => this.#fail() });
    decoder.configure({ codec: this.#codec, optimizeForLatency: true });
    return decoder;
  }

  #take(frame: VideoFrame): void {
    const given = this.#pending.get(frame.timestamp);
    this.#pending.delete(frame.timestamp);
    if (given === undefined || !hasSize(frame, this.#track)) {
      frame.close();
      if (given !== undefined) this.#events.onFailure([given.packet]);
      return;
    }
    this.#events.onPicture(frame, given.packet, Math.round((performance.now() - given.sinceMs) * 1000));
  }

  #fail(): void {
    if (this.#decoder?.state !== "closed") this.#decoder?.close();
    this.#decoder = undefined;
    const packets = [...this.#pending.values()].map(({ packet }) => packet);
    this.#pending.clear();
    if (packets.length > 0) this.#events.onFailure(packets);
  }
}

class JpegDecoder implements PageDecoder {
  readonly #track: TrackMessage;
  readonly #events: DecoderEvents;
  /** One after the other: pictures must not overtake each other. */
  #working: Promise<void> = Promise.resolve();

  constructor(track: TrackMessage, events: DecoderEvents) {
    this.#track = track;
    this.#events = events;
  }

  decode(packet: PagePacket): void {
    this.#working = this.#working.then(async () => {
      const sinceMs = performance.now();
      try {
        const picture = await createImageBitmap(new Blob([new Uint8Array(packet.data)], { type: "image/jpeg" }));
        if (!hasSize(picture, this.#track)) throw new RangeError("a picture is not of the announced size");
        this.#events.onPicture(picture, packet, Math.round((performance.now() - sinceMs) * 1000));
      } catch {
        this.#events.onFailure([packet]);
      }
    });
  }

  flush(): Promise<void> {
    return this.#working;
  }

  close(): void {}
}
