// Watches one running side of a call over the measured seconds: its statistics lines, and its CPU at the first and at the last.

import { type ByRole, difference, readUse } from "./cpu-use.ts";
import { droppedFrames, type IncomingLine, incomingLine } from "./incoming-stats.ts";
import type { Program } from "./program.ts";
import { mean } from "./statistics.ts";

/** What one side did in the measured seconds. */
export interface SideMeasurement {
  /** Pictures shown. */
  readonly shown: number;
  readonly fps: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number };
  readonly bytesPerFrame: number;
  /** Frames dropped, by name. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly droppedTotal: number;
  /** CPU time used by all programs, ms. */
  readonly cpuMs: ByRole;
  /** The same of each program, in their order. */
  readonly byProgram: readonly ByRole[];
  /** Resident memory at the end, and proportional shares of it, of each program. */
  readonly rssByProgram: readonly ByRole[];
  readonly pssByProgram: readonly ByRole[];
  readonly lines: readonly IncomingLine[];
}

/**
 * Measures from the next statistics line on, for `seconds` lines (they come once a second).
 *
 * @param programs whose CPU counts; the first is the one that shows pictures
 */
export async function measureSide(programs: readonly [Program, ...Program[]], seconds: number): Promise<SideMeasurement> {
  const [shows] = programs;
  const begin = incomingLine(await shows.next("stats"));
  const before = programs.map(({ pid }) => readUse(pid));
  const lines: IncomingLine[] = [];
  while (lines.length < seconds) lines.push(incomingLine(await shows.next("stats")));
  const after = programs.map(({ pid }) => readUse(pid));
  const end = lines.at(-1) ?? begin;
  const shown = end.shown - begin.shown;
  const dropped = Object.fromEntries(Object.entries(end.dropped).map(([name, count]) => [name, count - (begin.dropped[name] ?? 0)]));
  const byProgram = before.map((use, index) => difference(use.cpuMs, (after[index] ?? use).cpuMs));
  return {
    shown,
    fps: (shown * 1000) / (end.atMs - begin.atMs),
    latencyMs: end.latencyMs ?? { p50: Number.NaN, p95: Number.NaN, p99: Number.NaN },
    bytesPerFrame: mean(lines.map(({ bitrateBps, fps }) => bitrateBps / 8 / fps)),
    dropped,
    droppedTotal: droppedFrames(dropped),
    cpuMs: sumRoles(byProgram),
    byProgram,
    rssByProgram: after.map(({ rssBytes }) => rssBytes),
    pssByProgram: after.map(({ pssBytes }) => pssBytes),
    lines,
  };
}

function sumRoles(parts: readonly ByRole[]): ByRole {
  const sum = (role: keyof ByRole): number => parts.reduce((total, part) => total + part[role], 0);
  return { network: sum("network"), capture: sum("capture"), playback: sum("playback") };
}
