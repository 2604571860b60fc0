// The summary that a program ends with, and what must hold for it: captured = shown + Σ named drops, and every barcode right.

import type { JsonObject } from "@simple-video-chat/protocol";

import type { Program } from "./program.ts";

/** What became of the frames of one direction. */
export interface CallSummary {
  readonly captured: number;
  readonly shown: number;
  /** Frames by the name of their drop. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly barcodes: { readonly verified: number; readonly mismatched: number; readonly unreadable: number };
}

/** The program's last word; wait for its end before. @throws Error when there is none */
export function summaryOf(program: Program): CallSummary {
  const last = program.events.at(-1);
  if (last?.["event"] !== "summary") throw new Error(`no summary at the end of ${program.transcript()}`);
  const barcodes = numbersOf(last["barcodes"]);
  return {
    captured: Number(last["captured"]),
    shown: Number(last["shown"]),
    dropped: numbersOf(last["dropped"]),
    barcodes: { verified: barcodes["verified"] ?? 0, mismatched: barcodes["mismatched"] ?? 0, unreadable: barcodes["unreadable"] ?? 0 },
  };
}

/** All frames that were dropped, whatever the name. */
export function droppedFrames({ dropped }: CallSummary): number {
  return Object.values(dropped).reduce((sum, count) => sum + count, 0);
}

/** @throws Error unless something was shown and captured = shown + Σ named drops, exactly */
export function checkAccount(summary: CallSummary): void {
  if (summary.shown > 0 && summary.captured === summary.shown + droppedFrames(summary)) return;
  throw new Error(`the account does not close: ${JSON.stringify(summary)}`);
}

/**
 * @throws Error unless no picture that was shown carried another frame's barcode, and nearly all carried their own: in the small, coarse
 *   pictures that a busy computer makes some cannot be read
 */
export function checkBarcodes({ shown, barcodes, ...rest }: CallSummary): void {
  const { verified, mismatched, unreadable } = barcodes;
  if (mismatched === 0 && verified + unreadable === shown && verified >= 0.75 * shown) return;
  throw new Error(`not every shown picture was the captured one: ${JSON.stringify({ shown, barcodes, ...rest })}`);
}

function numbersOf(value: unknown): Record<string, number> {
  const entries = Object.entries((value ?? {}) as JsonObject).map(([name, count]) => [name, Number(count)] as const);
  return Object.fromEntries(entries);
}
