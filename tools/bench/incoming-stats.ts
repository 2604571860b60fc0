// What a program's "stats" and "summary" lines say of the video that comes in, in the units of the figures.

import type { ProgramEvent } from "./program.ts";

/** The stages from capture to display, in order, as the statistics name them; µs. */
export const stageNames = ["captureWaitUs", "encodeUs", "sendQueueUs", "networkUs", "decodeUs", "displayWaitUs"] as const;

/** One stage's name. */
export type StageName = (typeof stageNames)[number];

/** One line of statistics. */
export interface IncomingLine {
  readonly atMs: number;
  readonly captured: number;
  readonly shown: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly fps: number;
  readonly bitrateBps: number;
  /** Of the last picture, as it was sent. */
  readonly widthPx: number;
  /** Capture → display, over the last ten seconds; undefined before the first picture. */
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | undefined;
  /** The median of each over the last ten seconds. */
  readonly stages: Readonly<Record<StageName, number>> | undefined;
}

/** Reads a "stats" or "summary" line of a receiver or a peer. */
export function incomingLine({ atMs, value }: ProgramEvent): IncomingLine {
  const incoming = (value["incoming"] ?? value) as Omit<IncomingLine, "atMs">;
  return { ...incoming, atMs };
}

/** Frames that are in no column of an account: 0, or the account is wrong. */
export function unaccounted({ captured, shown, dropped }: Pick<IncomingLine, "captured" | "shown" | "dropped">): number {
  return captured - shown - droppedFrames(dropped);
}

/** All drops together. */
export function droppedFrames(dropped: IncomingLine["dropped"]): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, 0);
}
