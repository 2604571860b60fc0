// Plays what a jitter buffer gives, by arithmetic: a device that takes 10 ms at a time, time-stretching that does what is advised, and the
// resampling of a DriftControl where there is one.

import { type Micros, micros } from "@simple-video-chat/protocol";

import type { DriftControl } from "../../src/audio/drift-control.ts";
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

/** Plays with these. */
export interface Playout {
  readonly drift: DriftControl;
  /** By how much the device's clock runs faster than the time. */
  readonly devicePpm: number;
}

/** Plays all arrivals, and on until everything is played. */
export function playAll(arrivals: readonly Arrival[], buffer: JitterBuffer = new JitterBuffer(), playout?: Playout): readonly PlayedStep[] {
  const waiting = arrivals.toSorted((a, b) => a.arrivedUs - b.arrivedUs);
  const endUs = (waiting.at(-1)?.arrivedUs ?? 0) + 1_000_000;
  const steps: PlayedStep[] = [];
  const periodUs = blockUs / (1 + (playout?.devicePpm ?? 0) * 1e-6);
  let bufferedUs = 0;
  let arrived = 0;
  for (let at = 0; at < endUs; at += periodUs) {
    const atUs = micros(Math.round(at));
    for (let next = waiting[arrived]; next !== undefined && next.arrivedUs <= at; next = waiting[++arrived])
      buffer.push(next.packet, next.arrivedUs);
    while (bufferedUs < blockUs) {
      const pulled = buffer.pull(atUs, bufferedUs);
      steps.push({ atUs, pulled, delayUs: buffer.delayUs, targetUs: buffer.targetUs });
      const speed = playout?.drift.update(buffer.delayUs - buffer.targetUs, atUs) ?? 1;
      bufferedUs += pulled.kind === "packet" ? pulled.packet.durationUs / speeds[pulled.stretch] / speed : pulled.durationUs;
    }
    bufferedUs -= blockUs;
  }
  return steps;
}

/** The packets among the steps. */
export function playedPackets(steps: readonly PlayedStep[]): readonly (PlayedStep & { readonly pulled: { readonly kind: "packet" } })[] {
  return steps.flatMap((step) => (step.pulled.kind === "packet" ? [{ ...step, pulled: step.pulled }] : []));
}
