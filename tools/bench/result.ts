// All runs of a scenario, made into one result: medians, spreads, goals, and the JSON that is kept.

import type { Machine } from "./machine.ts";
import type { FigureSpec, Figures, PlotData, Scenario, Series } from "./scenario.ts";
import { type Spread, spreadOf } from "./statistics.ts";

/** A figure over all runs. */
export interface FigureResult extends Spread {
  readonly spec: FigureSpec;
  /** Whether the goal was reached; undefined without one. */
  readonly reached: boolean | undefined;
}

/** Where and how a result came about. */
export interface Circumstances {
  readonly machine: Machine;
  /** ISO 8601. */
  readonly date: string;
  readonly command: string;
  /** Runs thrown away and done again, since others used the computer meanwhile. */
  readonly disturbed: number;
}

/** Figures, those of one program ("ffmpeg.p50Ms") in an object of its own. */
export type NestedFigures = Readonly<Record<string, number | Figures>>;

/** A scenario's result, as `--json` prints it. */
export interface ResultJson extends Circumstances {
  readonly scenario: string;
  /** Medians by figure. */
  readonly ours: Figures;
  readonly peers: NestedFigures;
  readonly ratios: Figures;
  /** By figure: whether its goal was reached. */
  readonly goals: Readonly<Record<string, boolean>>;
  readonly runs: readonly Figures[];
  /** Of the last run, where there is something to draw over time. */
  readonly series?: readonly Series[];
}

/** Sums up the runs, figure by figure. Figures that no run has are left out. */
export function summarize(specs: readonly FigureSpec[], runs: readonly Figures[]): FigureResult[] {
  return specs.flatMap((spec) => {
    const values = runs.flatMap((run) => run[spec.name] ?? []);
    if (values.length === 0) return [];
    const spread = spreadOf(values);
    return [{ spec, ...spread, reached: isReached(spec, spread) }];
  });
}

function isReached({ goal }: FigureSpec, { median, min, max }: Spread): boolean | undefined {
  if (goal === undefined) return undefined;
  const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY, of = "median" } = goal;
  return of === "every" ? max <= atMost && min >= atLeast : median <= atMost && median >= atLeast;
}

/** What was measured. */
export interface Measured {
  readonly runs: readonly Figures[];
  readonly series: readonly Series[];
}

/** The object that `--json` prints. */
export function toJson(scenario: Pick<Scenario, "name" | "figures">, { runs, series }: Measured, circumstances: Circumstances): ResultJson {
  const results = summarize(scenario.figures, runs);
  const medians = (of: NonNullable<FigureSpec["of"]>): Figures =>
    Object.fromEntries(results.filter(({ spec }) => (spec.of ?? "ours") === of).map(({ spec, median }) => [spec.name, round(median)]));
  return {
    scenario: scenario.name,
    ours: medians("ours"),
    peers: nest(medians("peers")),
    ratios: medians("ratios"),
    goals: Object.fromEntries(results.flatMap(({ spec, reached }) => (reached === undefined ? [] : [[spec.name, reached]]))),
    ...circumstances,
    runs: runs.map((run) => Object.fromEntries(Object.entries(run).map(([name, value]) => [name, round(value)]))),
    ...(series.length > 0 && {
      series: series.map((each) => ({ ...each, points: each.points.map(([x, y]) => [round(x), round(y)] as const) })),
    }),
  };
}

function nest(figures: Figures): NestedFigures {
  const nested: Record<string, number | Record<string, number>> = {};
  for (const [name, value] of Object.entries(figures)) {
    const [group = "", figure] = name.split(".");
    if (figure === undefined) nested[name] = value;
    else nested[group] = { ...(nested[group] as Figures | undefined), [figure]: value };
  }
  return nested;
}

/** What a kept result is drawn from. */
export function plotDataOf(
  { name, figures: specs }: Pick<Scenario, "name" | "figures">,
  { ours, peers, ratios, series = [] }: ResultJson,
): PlotData {
  return { name, specs, figures: { ...ours, ...flatten(peers), ...ratios }, series };
}

function flatten(nested: NestedFigures): Figures {
  return Object.fromEntries(
    Object.entries(nested).flatMap(([name, value]): (readonly [string, number])[] =>
      typeof value === "number" ? [[name, value]] : Object.entries(value).map(([figure, of]) => [`${name}.${figure}`, of]),
    ),
  );
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
