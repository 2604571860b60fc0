// A row of the faults table as it is printed, and as docs/reliability.md has it: Markdown.

import type { FaultFigure, FaultFigures, FaultRow } from "./fault-row.ts";

/** What came of a row that was run several times. */
export interface RowResult {
  readonly row: FaultRow;
  readonly times: number;
  /** Runs with every figure within its limit. */
  readonly good: number;
  readonly runs: readonly FaultFigures[];
  readonly failures: readonly string[];
}

/** `| fault | good/times | worst figures, with their limits |` */
export function formatRow({ row, times, good, runs }: RowResult): string {
  const figures = row.figures.map((figure) => describe(figure, runs)).filter((text) => text !== "");
  return `| \`${row.name}\` | ${row.fault} | ${good}/${times} | ${figures.join("; ")} |`;
}

function describe({ name, label, unit, atMost, atLeast }: FaultFigure, runs: readonly FaultFigures[]): string {
  const values = runs.map((run) => run[name]).filter((value) => value !== undefined);
  if (values.length === 0) return "";
  const worst = atLeast === undefined ? Math.max(...values) : Math.min(...values);
  const limit = atMost !== undefined ? ` (≤ ${atMost})` : atLeast !== undefined ? ` (≥ ${atLeast})` : "";
  return `${label} ${Number(worst.toPrecision(4))}${unit === "" ? "" : ` ${unit}`}${limit}`;
}
