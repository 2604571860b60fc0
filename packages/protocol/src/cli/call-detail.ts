// All figures of a call as rows of a table: what the key i shows, in the terminal and over the picture.

import { dropsOf, formatBitrate, type IncomingFigures, type LatencyFigures, type OutgoingFigures } from "./call-figures.ts";

/** A row: what it is about, and the figures. */
export type DetailRow = readonly [label: string, figures: string];

/** What the rows say of the video that comes in. */
export interface DetailedFigures extends IncomingFigures {
  readonly codec?: string | undefined;
  readonly clockOffsetMs?: number | undefined;
  readonly stages?: Readonly<Record<keyof typeof stageWords, number>> | null | undefined;
}

/** The stages from capture to display by their names in the statistics, in order, and in words. */
const stageWords = {
  captureWaitUs: "capture wait",
  encodeUs: "encode",
  sendQueueUs: "send queue",
  networkUs: "network",
  decodeUs: "decode",
  displayWaitUs: "display wait",
} as const;

/** The rows about the video that comes in, and about the one that goes out, if there is one. What is not known yet has no row. */
export function callDetail(incoming: DetailedFigures, outgoing?: OutgoingFigures): readonly DetailRow[] {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["latency", incoming.latencyMs ? latencyText(incoming.latencyMs, incoming.clockErrorMs) : undefined],
    ...stageRows(incoming),
    ["clock", clockText(incoming)],
    ["video", videoText(incoming)],
    ["dropped", droppedText(incoming)],
    ["sending", outgoing && `${outgoing.fps.toFixed(1)} fps, ${formatBitrate(outgoing.bitrateBps)}`],
  ];
  return rows.filter((row): row is DetailRow => row[1] !== undefined);
}

/** The rows as lines for a terminal. */
export function detailLines(rows: readonly DetailRow[]): string {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.map(([label, figures]) => `  ${label.padEnd(width)}  ${figures}`).join("\n");
}

function latencyText({ p50, p95, p99 }: LatencyFigures, errorMs: number = 0): string {
  return `p50 ${p50.toFixed(1)}, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)} ms, ±${errorMs.toFixed(1)}`;
}

/** Two rows of three: one would be too wide for the picture. */
function stageRows({ stages }: DetailedFigures): readonly DetailRow[] {
  if (!stages) return [];
  const texts = Object.entries(stageWords).map(
    ([name, words]) => `${words} ${(stages[name as keyof typeof stageWords] / 1000).toFixed(1)}`,
  );
  return [
    ["stages", `${texts.slice(0, 3).join(", ")} ms`],
    ["", `${texts.slice(3).join(", ")} ms`],
  ];
}

function clockText({ clockOffsetMs, clockErrorMs = 0, rttMs = 0 }: DetailedFigures): string | undefined {
  if (clockOffsetMs === undefined) return undefined;
  // Clocks of two computers began when these were switched on: far apart.
  const offset = Math.abs(clockOffsetMs) < 10_000 ? `${clockOffsetMs.toFixed(1)} ms` : `${(clockOffsetMs / 1000).toFixed(4)} s`;
  return `offset ${offset}, ±${clockErrorMs.toFixed(1)} ms, round trip ${rttMs.toFixed(1)} ms`;
}

function videoText({ codec, widthPx, heightPx, fps, bitrateBps }: DetailedFigures): string | undefined {
  if (widthPx === 0) return undefined;
  return `${codec ?? "unknown"} ${widthPx}x${heightPx}, ${fps.toFixed(1)} fps, ${formatBitrate(bitrateBps)}`;
}

function droppedText({ captured, dropped }: DetailedFigures): string {
  const drops = dropsOf(dropped);
  const names = drops.length === 0 ? "" : `: ${drops.map(([name, count]) => `${name} ${count}`).join(", ")}`;
  return `${drops.reduce((sum, [, count]) => sum + count, 0)} of ${captured}${names}`;
}
