// `pnpm bench NAME …`: runs scenarios several times on a quiet machine and prints a table for each, or with --json one object.
// Without a name it lists them.

import yargs from "yargs";
import { hideBin } from "yargs/helpers";

import { formatMachine, thisMachine } from "./machine.ts";
import { waitForQuiet } from "./quiet.ts";
import { summarize, toJson } from "./result.ts";
import { BenchError, type Figures, type Scenario, type ScenarioOptions } from "./scenario.ts";
import { scenarios } from "./scenario-list.ts";
import { formatFigures } from "./table.ts";

const usageExitCode = 64;
/** A run during which others used more cores than this says more of them than of us: it is done again. */
const disturbedCores = 0.5;
/** On a computer that is never quiet this many disturbed runs, as a share of all, are done again before the rest is taken as it is. */
const maxDisturbedShare = 2;

function parser(argv: readonly string[]) {
  return yargs([...argv])
    .scriptName("bench")
    .usage("$0 [scenario..]\n\nMeasures this computer. Without a scenario it lists them.")
    .options({
      runs: { type: "number", default: 5, describe: "runs of each scenario; figures are their medians" },
      seconds: { type: "number", default: 10, describe: "seconds measured in each run of a call, after a warm-up of 3 s" },
      patience: {
        type: "number",
        default: 60,
        describe: "seconds to wait before each run for others to leave the computer alone; 0: take every run as it is",
      },
      clip: { type: "string", describe: "a video file to send instead of the moving scene" },
      window: { type: "boolean", default: false, describe: "open windows too" },
      json: { type: "boolean", default: false, describe: "one JSON object a scenario on stdout" },
    })
    .strictOptions()
    .version(false);
}

function list(): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return `Scenarios, run with pnpm bench NAME [--json] [--runs N]:\n\n${scenarios.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`).join("\n")}\n`;
}

async function runScenario(
  scenario: Scenario,
  options: ScenarioOptions & { readonly runs: number; readonly patience: number },
): Promise<{ runs: Figures[]; disturbed: number }> {
  const runs: Figures[] = [];
  let disturbed = 0;
  while (runs.length < options.runs) {
    const others = await waitForQuiet(options.patience * 1000);
    process.stderr.write(`${scenario.name}: run ${runs.length + 1} of ${options.runs}, others use ${others.toFixed(2)} cores\n`);
    const figures = await scenario.measure(options);
    const mayRepeat = options.patience > 0 && disturbed < options.runs * maxDisturbedShare;
    if (mayRepeat && (figures["otherCores"] ?? 0) > disturbedCores) disturbed++;
    else runs.push(figures);
  }
  return { runs, disturbed };
}

async function main(argv: readonly string[]): Promise<number> {
  const args = await parser(argv).parseAsync();
  const names = args._.map(String);
  const chosen = names.flatMap((name) => scenarios.find((scenario) => scenario.name === name) ?? []);
  const unknown = names.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown.length > 0 || chosen.length === 0) {
    if (unknown.length > 0) process.stderr.write(`There is no scenario ${unknown.join(", ")}.\n`);
    (unknown.length > 0 ? process.stderr : process.stdout).write(list());
    return unknown.length > 0 ? usageExitCode : 0;
  }
  if (process.platform !== "linux") throw new BenchError("not-linux", "The benchmark reads CPU times from /proc, which only Linux has.");
  const machine = thisMachine();
  for (const scenario of chosen) {
    const circumstances = { machine, date: new Date().toISOString(), command: ["pnpm bench", ...argv].join(" ") };
    const { runs, disturbed } = await runScenario(scenario, args);
    if (args.json) process.stdout.write(`${JSON.stringify(toJson(scenario, runs, { ...circumstances, disturbed }))}\n`);
    else {
      const heading = `${scenario.name}: ${scenario.description}`;
      const footing = `${runs.length} runs, ${disturbed} disturbed ones done again; ${formatMachine(machine)}; ${circumstances.date}; ${circumstances.command}`;
      process.stdout.write(`\n${heading}\n\n${formatFigures(summarize(scenario.figures, runs))}\n\n${footing}\n`);
    }
  }
  return 0;
}

try {
  process.exitCode = await main(hideBin(process.argv));
} catch (error) {
  if (!(error instanceof BenchError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
