// Fills the blocks of a document with figures: what stands between `<!-- bench: … -->` and `<!-- /bench -->` is made of the kept
// results, and nothing is copied by hand.
//
//   figures NAME                    all figures of a scenario
//   compare NAME… : FIGURE…         a row a scenario, a column a figure; FIGURE="Label" names it, a ~ behind it adds the spread
//   beside NAME : FIGURE…           a row a program that was measured in it
//   ratios NAME                     its ratios only
//   goals                           every goal that there is
//   plot NAME words                 its plot, with these words for who does not see it
//   machine                         what it was measured on
//   readme                          the figures of the README

import { programsWith } from "../beside-figures.ts";
import { formatMachine } from "../machine.ts";
import type { FigureResult } from "../result.ts";
import { formatFigures, formatGoal, formatTable, formatValue } from "../table.ts";
import type { KeptResult } from "./kept-results.ts";
import { readmeRows } from "./readme-figures.ts";

/** Results by scenario. */
export type Results = ReadonlyMap<string, KeptResult>;

const block = /(<!-- bench: (\w+)(?: (.*?))? -->\n)[\s\S]*?(<!-- \/bench -->)/g;
const notMeasured = "not measured yet";

/** The document with all its blocks filled. @throws RangeError for a block that asks for something that there is not */
export function fillDocument(text: string, results: Results): string {
  return text.replaceAll(block, (_all, begin: string, kind: string, rest: string | undefined, end: string) => {
    const content = fillBlock(kind, rest ?? "", results);
    return `${begin}\n${content}\n\n${end}`;
  });
}

function fillBlock(kind: string, rest: string, results: Results): string {
  switch (kind) {
    case "figures":
      return figuresOf(rest, results);
    case "compare":
      return compare(rest, results);
    case "beside":
      return beside(rest, results);
    case "ratios":
      return figuresOf(rest, results, ({ spec }) => spec.of === "ratios");
    case "goals":
      return goals(results);
    case "plot":
      return plot(rest, results);
    case "machine":
      return [...new Set([...results.values()].map(({ json }) => formatMachine(json.machine)))].join("; ");
    case "readme":
      return formatTable(["figure", "measured", "command"], readmeRows(results));
    default:
      throw new RangeError(`no such block: ${kind}`);
  }
}

function figuresOf(name: string, results: Results, isWanted: (figure: FigureResult) => boolean = () => true): string {
  const result = results.get(name);
  if (result === undefined) return `*${notMeasured}: \`pnpm bench ${name}\`*`;
  return `${formatFigures(result.figures.filter(isWanted))}\n\n${circumstances([result])}`;
}

interface Column {
  readonly name: string;
  readonly label: string | undefined;
  readonly spread: boolean;
}

function compare(rest: string, results: Results): string {
  const [names = "", figures = ""] = rest.split(" : ");
  const columns = columnsOf(figures);
  const rows = names.split(" ");
  const found = rows.flatMap((name) => results.get(name) ?? []);
  const specOf = (name: string): FigureResult["spec"] | undefined =>
    found.flatMap(({ scenario }) => scenario.figures).find((spec) => spec.name === name);
  const header = columns.map((column) => titleOf(column, specOf(column.name)));
  const cells = rows.map((name) => [`\`${name}\``, ...columns.map(({ name: figure, spread }) => cell(results.get(name), figure, spread))]);
  return `${formatTable(["scenario", ...header], cells)}\n\n${circumstances(found)}`;
}

function beside(rest: string, results: Results): string {
  const [name = "", figures = ""] = rest.split(" : ");
  const result = results.get(name);
  if (result === undefined) return `*${notMeasured}: \`pnpm bench ${name}\`*`;
  const columns = columnsOf(figures);
  const measured = result.figures.map(({ spec }) => spec);
  const programs = programsWith(columns[0]?.name ?? "", measured);
  const header = columns.map((column) => {
    const known = programs.map(({ nameOf }) => nameOf(column.name));
    return titleOf(
      column,
      measured.find((spec) => known.includes(spec.name)),
    );
  });
  const rows = programs.map(({ label, isOurs, nameOf }) => [
    isOurs ? `**${label}**` : label,
    ...columns.map((column) => cell(result, nameOf(column.name), column.spread)),
  ]);
  return `${formatTable(["program", ...header], rows)}\n\n${circumstances([result])}`;
}

function columnsOf(text: string): readonly Column[] {
  const parts = text.matchAll(/([\w.]+)(~?)(?:="([^"]*)")?/g);
  return [...parts].map(([, name = "", spread, label]) => ({ name, label, spread: spread === "~" }));
}

function titleOf({ name, label }: Column, spec: FigureResult["spec"] | undefined): string {
  const words = label ?? spec?.label ?? name;
  return spec === undefined || spec.unit === "" ? words : `${words}, ${spec.unit}`;
}

function cell(result: KeptResult | undefined, name: string, spread: boolean): string {
  if (result === undefined) return notMeasured;
  const figure = result.figures.find(({ spec }) => spec.name === name);
  if (figure === undefined) return "";
  const value = formatValue(figure.spec, figure.median);
  return spread && result.json.runs.length > 1
    ? `${value} (${formatValue(figure.spec, figure.min)} … ${formatValue(figure.spec, figure.max)})`
    : value;
}

function goals(results: Results): string {
  const rows = [...results.values()].flatMap(({ scenario, figures }) =>
    figures
      .filter(({ spec, reached }) => reached !== undefined && spec.name !== "unaccounted" && spec.name !== "mismatched")
      .map(({ spec, median, min, max, reached }) => [
        `\`${scenario.name}\`: ${spec.label.replace(/^… /, "")}`,
        `${formatGoal(spec.goal)} ${spec.unit}`.trim(),
        formatValue(spec, median),
        `${formatValue(spec, min)} … ${formatValue(spec, max)}`,
        reached === true ? "yes" : "**no**",
      ]),
  );
  return formatTable(["goal", "limit", "median", "least … greatest", "reached"], rows);
}

function plot(rest: string, results: Results): string {
  const [name = "", ...words] = rest.split(" ");
  return results.get(name)?.scenario.plot === undefined
    ? `*${notMeasured}: \`pnpm bench ${name}\`*`
    : `![${words.join(" ")}](benchmarks/${name}.svg)`;
}

/** "3 runs, 1 disturbed one done again, 2026-11-23: `pnpm bench …`", once for all that were measured together. */
function circumstances(results: readonly KeptResult[]): string {
  const lines = results.map(({ json: { runs, disturbed, date, command } }) => {
    const again = disturbed === 0 ? "" : `, ${disturbed} disturbed and done again`;
    return `${runs.length} ${runs.length === 1 ? "run" : "runs"}${again}, ${date.slice(0, 10)}: \`${command}\``;
  });
  return [...new Set(lines)].join("; ");
}
