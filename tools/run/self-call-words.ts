// What the call with oneself says: its status line, its summary, and what to type next.

import type { JsonObject } from "@simple-video-chat/protocol";
import {
  commandOf,
  type DirectionFigures,
  formatSummary,
  type IncomingFigures,
  incomingStatus,
  type StatusLines,
} from "@simple-video-chat/protocol/cli";

/** The figures of one side, as its peer gave them. */
export type SideSummary = { readonly name: string } & Omit<JsonObject, "event">;

/** One side's part of the status line. */
export function describeStatus(name: string, stats: JsonObject | undefined): StatusLines {
  const incoming = stats?.["incoming"] as unknown as IncomingFigures | undefined;
  if (incoming === undefined) return [`${name} starting`];
  const [widest, ...narrower] = incomingStatus(incoming);
  return [`${name} ${widest}`, ...narrower.map((line) => `${name} ${line}`)];
}

/** One side's part of the closing summary. */
export function describeSide(side: SideSummary): string {
  return `Side ${side.name} saw: ${formatSummary(side as unknown as DirectionFigures)}.`;
}

/** What to type to call another computer. */
export function howToCall(): string {
  const peer = commandOf("peer");
  return `\nTo call another computer run here: ${peer.replace(/ --$/, "")}\nIt prints the command for the other one: ${peer} <invite>`;
}
