// Repeats a scenario on a quiet machine: a run that others disturbed is done again, within reason.

import { waitForQuiet } from "./quiet.ts";
import type { Measured } from "./result.ts";
import type { Figures, Scenario, ScenarioOptions, Series } from "./scenario.ts";

/** A run during which others used more cores than this says more of them than of us: it is done again. */
export const disturbedCores = 0.5;
/** On a computer that is never quiet this many disturbed runs, as a share of all, are done again before the rest is taken as it is. */
const maxDisturbedShare = 2;
const usualRuns = 5;
const usualSeconds = 10;

/** What the command line says of the runs; where it is silent the scenario's own numbers count, then the usual ones. */
export interface RunOptions extends Pick<ScenarioOptions, "clip" | "window"> {
  readonly runs?: number | undefined;
  readonly seconds?: number | undefined;
  /** Seconds to wait for others before each run; 0: every run is taken as it is. */
  readonly patience: number;
}

/** Runs a scenario. @throws BenchError */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<Measured & { readonly disturbed: number }> {
  const { clip, window, patience } = options;
  const wanted = options.runs ?? scenario.defaults?.runs ?? usualRuns;
  const seconds = options.seconds ?? scenario.defaults?.seconds ?? usualSeconds;
  const runs: Figures[] = [];
  let series: readonly Series[] = [];
  let disturbed = 0;
  while (runs.length < wanted) {
    const others = await waitForQuiet(patience * 1000);
    process.stderr.write(`${scenario.name}: run ${runs.length + 1} of ${wanted}, others use ${others.toFixed(2)} cores\n`);
    let ofRun: readonly Series[] = [];
    const figures = await scenario.measure({ clip, window, seconds, patience, keepSeries: (given) => void (ofRun = given) });
    const mayRepeat = patience > 0 && disturbed < wanted * maxDisturbedShare;
    if (mayRepeat && (figures["otherCores"] ?? 0) > disturbedCores) {
      disturbed++;
      continue;
    }
    runs.push(figures);
    series = ofRun;
  }
  return { runs, series, disturbed };
}
