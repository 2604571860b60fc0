// Plays what a jitter buffer gives, by arithmetic: a device that takes 10 ms at a time, and time-stretching that does what is advised.

import { type Micros, micros } from "@simple-video-chat/protocol";

import { JitterBuffer, type Pulled } from "../../src/audio/jitter-buffer.ts";
import type { Arrival } from "./arrivals.ts";

const blockUs = 10_000;
const speeds = { faster: 1.25, slower: 0.8, none: 1 } as const;

/** Something that was pulled. */
export interface PlayedStep {
  readonly atUs: Micros;
  readonly pulled: Pulled;
  readonly delayUs: number;
  readonly targetUs: number;
}

/** Plays all arrivals, and on until everything is played. */
export function playAll(arrivals: readonly Arrival[], buffer: JitterBuffer = new JitterBuffer()): readonly PlayedStep[] {
  const waiting = arrivals.toSorted((a, b) => a.arrivedUs - b.arrivedUs);
  const endUs = (waiting.at(-1)?.arrivedUs ?? 0) + 1_000_000;
  const steps: PlayedStep[] = [];
  let bufferedUs = 0;
  for (let at = 0; at < endUs; at += blockUs) {
    const atUs = micros(at);
    while (waiting[0] !== undefined && waiting[0].arrivedUs <= at) {
      const arrival = waiting.shift();
      if (arrival !== undefined) buffer.push(arrival.packet, arrival.arrivedUs);
    }
    while (bufferedUs < blockUs) {
      const pulled = buffer.pull(atUs, bufferedUs);
      steps.push({ atUs, pulled, delayUs: buffer.delayUs, targetUs: buffer.targetUs });
      bufferedUs += pulled.kind === "packet" ? pulled.packet.durationUs / speeds[pulled.stretch] : pulled.durationUs;
    }
    bufferedUs -= blockUs;
  }
  return steps;
}

/** The packets among the steps. */
export function playedPackets(steps: readonly PlayedStep[]): readonly (PlayedStep & { readonly pulled: { readonly kind: "packet" } })[] {
  return steps.flatMap((step) => (step.pulled.kind === "packet" ? [{ ...step, pulled: step.pulled }] : []));
}
