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
import type { FigureSpec, Scenario } from "../scenario.ts";
import { scenarios } from "../scenario-list.ts";
import { formatFigures, formatGoal, formatTable, formatValue } from "../table.ts";
import type { KeptResult } from "./kept-results.ts";
import { readmeRows } from "./readme-figures.ts";

/** Results by scenario. */
export type Results = ReadonlyMap<string, KeptResult>;

const block = /(<!-- bench: (\w+)(?: (.*?))? -->\n)[\s\S]*?(<!-- \/bench -->)/g;
/** Goals of every scenario: listed only where they were missed. */
const usualGoals: ReadonlySet<string> = new Set(["unaccounted", "mismatched"]);
const notMeasured = "not measured yet";

/** The document with all its blocks filled. @throws RangeError for a block that asks for something that there is not */
export function fillDocument(text: string, results: Results): string {
  return text.replaceAll(block, (_all, begin: string, kind: string, rest: string | undefined, end: string) => {
    const content = fillBlock(kind, rest ?? "", results).trim();
    return `${begin}\n${content === "" ? notMeasured : content}\n\n${end}`;
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
  if (result === undefined) return missing(name);
  return `${formatFigures(result.figures.filter(isWanted))}\n\n${circumstances([result])}`;
}

function missing(name: string): string {
  return `*${notMeasured}: \`pnpm bench ${scenarioOf(name).name}\`*`;
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
  const specs = rows.flatMap((name) => scenarioOf(name).figures);
  const header = columns.map((column) => titleOf(column, specOf(specs, [column.name])));
  const found = rows.flatMap((name) => results.get(name) ?? []);
  const cells = rows.map((name) => [`\`${name}\``, ...columns.map(({ name: figure, spread }) => cell(results.get(name), figure, spread))]);
  return `${formatTable(["scenario", ...header], cells)}\n\n${circumstances(found)}`;
}

function beside(rest: string, results: Results): string {
  const [name = "", figures = ""] = rest.split(" : ");
  const result = results.get(name);
  if (result === undefined) return missing(name);
  const columns = columnsOf(figures);
  const { figures: specs } = result.scenario;
  const measured = result.figures.map(({ spec }) => spec);
  const programs = programsWith(columns[0]?.name ?? "", measured);
  const header = columns.map((column) =>
    titleOf(
      column,
      specOf(
        specs,
        programsWith(column.name, specs).map(({ nameOf }) => nameOf(column.name)),
      ),
    ),
  );
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

function titleOf({ label }: Column, { label: usual, unit }: FigureSpec): string {
  const words = label ?? usual;
  return unit === "" ? words : `${words}, ${unit}`;
}

/** The first figure that has one of these names. @throws RangeError when there is none */
function specOf(specs: readonly FigureSpec[], names: readonly string[]): FigureSpec {
  const spec = specs.find(({ name }) => names.includes(name));
  if (spec === undefined) throw new RangeError(`no such figure: ${names.join(", ")}`);
  return spec;
}

/** @throws RangeError when there is none of this name */
function scenarioOf(name: string): Scenario {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new RangeError(`no such scenario: ${name}`);
  return scenario;
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
      .filter(({ spec, reached }) => reached === false || (reached === true && !usualGoals.has(spec.name)))
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
  if (scenarioOf(name).plot === undefined) throw new RangeError(`no plot of ${name}`);
  return results.has(name) ? `![${words.join(" ")}](benchmarks/${name}.svg)` : missing(name);
}

/** "3 runs, 1 disturbed one done again, 2026-11-23: `pnpm bench …`", once for all that were measured together. */
function circumstances(results: readonly KeptResult[]): string {
  const lines = results.map(({ json: { runs, disturbed, date, command } }) => {
    const again = disturbed === 0 ? "" : `, ${disturbed} disturbed and done again`;
    return `${runs.length} ${runs.length === 1 ? "run" : "runs"}${again}, ${date.slice(0, 10)}: \`${command}\``;
  });
  return [...new Set(lines)].join("; ");
}
