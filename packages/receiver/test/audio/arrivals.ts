// When packets of 20 ms arrive, by arithmetic: on a path with jitter, and on TCP that loses segments.

import { type Micros, micros } from "@simple-video-chat/protocol";
import { randomNumbers } from "@simple-video-chat/protocol/testing";

import type { AudioPacket } from "../../src/audio/jitter-buffer.ts";

export const packetUs = 20_000;

/** A packet and when it comes. */
export interface Arrival {
  readonly packet: AudioPacket;
  readonly arrivedUs: Micros;
}

/** A packet of the sender whose clock shows an hour more than the receiver's. */
export function packetOf(number: number, { atUs = number * packetUs, bytes = 80 } = {}): AudioPacket {
  return { number, captureUs: micros(Math.round(3_600_000_000 + atUs)), durationUs: packetUs, data: new Uint8Array(bytes) };
}

/**
 * Packets that each take their own time on the way, in order as a stream keeps them.
 * @param wayUs - of the packet with this number
 */
export function arrivalsWith(count: number, wayUs: (number: number) => number): readonly Arrival[] {
  let lastUs = 0;
  return Array.from({ length: count }, (_, number) => {
    lastUs = Math.max(lastUs, number * packetUs + wayUs(number));
    return { packet: packetOf(number), arrivedUs: micros(Math.round(lastUs)) };
  });
}

/**
 * Sound alone on TCP: a lost segment is sent again when three later ones were acknowledged (RFC 5681), a third of a second later when that one is
 * lost too, and holds up all that follow. The worst case: with video between, the three come sooner.
 */
export function tcpArrivals(count: number, { loss, rttUs, seed }: { loss: number; rttUs: number; seed: number }): readonly Arrival[] {
  const random = randomNumbers(seed);
  return arrivalsWith(count, () => {
    let wayUs = rttUs / 2;
    if (random() < loss) wayUs += rttUs + 3 * packetUs;
    while (wayUs > rttUs && random() < loss) wayUs += 333_000;
    return wayUs;
  });
}
