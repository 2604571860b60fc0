// A scenario's result as a table for people; plain text that is good Markdown too.

import type { FigureResult } from "./result.ts";
import type { FigureSpec, Goal } from "./scenario.ts";

/** Rows under a header, columns aligned: the first to the left, the others to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(3, title.length, ...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (column === 0 ? (cells[column] ?? "").padEnd(width) : (cells[column] ?? "").padStart(width))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}

/** The figures of a scenario, one a row: median, spread, goal, and whether it was reached. */
export function formatFigures(results: readonly FigureResult[]): string {
  const rows = results.map(({ spec, median, min, max, reached }) => {
    const number = (value: number): string => formatValue(spec, value);
    const label = spec.unit === "" ? spec.label : `${spec.label}, ${spec.unit}`;
    return [label, number(median), number(min), number(max), formatGoal(spec.goal), reached === undefined ? "" : reached ? "yes" : "NO"];
  });
  return formatTable(["figure", "median", "least", "greatest", "goal", "reached"], rows);
}

/** A value as its figure is shown. */
export function formatValue({ digits }: Pick<FigureSpec, "digits">, value: number): string {
  const rounded = value.toFixed(digits);
  // Thousands apart from five digits on: bytes are hard to read otherwise.
  return Math.abs(value) >= 10_000 && digits === 0 ? rounded.replaceAll(/(?<=\d)(?=(\d{3})+$)/g, ",") : rounded;
}

/** "≤ 20", "≥ 29.5", "every ≤ 1000"; empty without a goal. */
export function formatGoal(goal: Goal | undefined): string {
  if (goal === undefined) return "";
  const parts = [goal.atLeast === undefined ? [] : [`≥ ${goal.atLeast}`], goal.atMost === undefined ? [] : [`≤ ${goal.atMost}`]].flat();
  return `${goal.of === "every" ? "every " : ""}${parts.join(", ")}`;
}
