// The results that are kept in docs/benchmarks: what the documents' figures and plots are made of.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { type FigureResult, type ResultJson, summarize } from "../result.ts";
import type { Scenario } from "../scenario.ts";
import { scenarios } from "../scenario-list.ts";

/** Where results are kept, from the root. */
export const keptFolder = "docs/benchmarks";

/** A kept result with its scenario. */
export interface KeptResult {
  readonly scenario: Scenario;
  readonly json: ResultJson;
  readonly figures: readonly FigureResult[];
}

/** Reads them, by scenario. A file whose scenario there is no more is left out. @param from root folder of the repository */
export function readKeptResults(from: string): ReadonlyMap<string, KeptResult> {
  const folder = join(from, keptFolder);
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const texts = names.filter((name) => name.endsWith(".json")).map((name) => readFileSync(join(folder, name), "utf8"));
  return keptResults(texts.map((text) => JSON.parse(text) as ResultJson));
}

/** The same of results at hand. */
export function keptResults(results: readonly ResultJson[]): ReadonlyMap<string, KeptResult> {
  const kept = scenarios.flatMap((scenario): KeptResult[] => {
    const json = results.find((result) => result.scenario === scenario.name);
    return json === undefined ? [] : [{ scenario, json, figures: summarize(scenario.figures, json.runs) }];
  });
  return new Map(kept.map((result) => [result.scenario.name, result]));
}
