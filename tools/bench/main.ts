// `pnpm bench NAME …`: runs scenarios or groups of them several times on a quiet machine and prints a table for each, or with --json
// one object. Without a name it lists them.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import yargs from "yargs";
import { hideBin } from "yargs/helpers";

import { formatMachine, thisMachine } from "./machine.ts";
import { plotDataOf, type ResultJson, summarize, toJson } from "./result.ts";
import { runScenario } from "./run-scenario.ts";
import { BenchError, type Scenario } from "./scenario.ts";
import { formatScenarioList, scenariosNamed } from "./scenario-list.ts";
import { formatFigures } from "./table.ts";

const usageExitCode = 64;

function parser(argv: readonly string[]) {
  return yargs([...argv])
    .scriptName("bench")
    .usage("$0 [scenario or group..]\n\nMeasures this computer. Without a scenario it lists them.")
    .options({
      runs: { type: "number", describe: "runs of each scenario; figures are their medians [default: 5]" },
      seconds: { type: "number", describe: "seconds measured in each run of a call, after a warm-up of 3 s [default: 10]" },
      patience: {
        type: "number",
        default: 60,
        describe: "seconds to wait before each run for others to leave the computer alone; 0: take every run as it is",
      },
      clip: { type: "string", describe: "a video file to send instead of the moving scene" },
      window: { type: "boolean", default: false, describe: "open windows too" },
      json: { type: "boolean", default: false, describe: "one JSON object a scenario on stdout" },
      save: { type: "string", describe: "a folder that each result is written to, as NAME.json" },
      plot: { type: "string", describe: "a folder that the plots are drawn into, as NAME.svg" },
    })
    .strictOptions()
    .version(false);
}

function writeInto(folder: string | undefined, name: string, text: () => string | undefined): void {
  const content = folder === undefined ? undefined : text();
  if (folder === undefined || content === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), content);
}

function printTable(scenario: Scenario, { machine, date, command, disturbed, runs }: ResultJson): void {
  const footing = `${runs.length} runs, ${disturbed} disturbed ones done again; ${formatMachine(machine)}; ${date}; ${command}`;
  process.stdout.write(
    `\n${scenario.name}: ${scenario.description}\n\n${formatFigures(summarize(scenario.figures, runs))}\n\n${footing}\n`,
  );
}

async function main(argv: readonly string[]): Promise<number> {
  const args = await parser(argv).parseAsync();
  const { chosen, unknown } = scenariosNamed(args._.map(String));
  if (unknown.length > 0) process.stderr.write(`There is no scenario ${unknown.join(", ")}.\n`);
  if (unknown.length > 0 || chosen.length === 0) {
    (unknown.length > 0 ? process.stderr : process.stdout).write(formatScenarioList());
    return unknown.length > 0 ? usageExitCode : 0;
  }
  if (process.platform !== "linux") throw new BenchError("not-linux", "The benchmark reads CPU times from /proc, which only Linux has.");
  for (const scenario of chosen) {
    const date = new Date().toISOString();
    const { disturbed, ...measured } = await runScenario(scenario, args);
    // Where results are kept is nobody else's concern.
    const command = ["pnpm bench", ...argv].join(" ").replaceAll(/ --(?:save|plot)[ =]\S+/g, "");
    const result = toJson(scenario, measured, { machine: thisMachine(), date, command, disturbed });
    const json = `${JSON.stringify(result)}\n`;
    if (args.json) process.stdout.write(json);
    else printTable(scenario, result);
    writeInto(args.save, `${scenario.name}.json`, () => json);
    writeInto(args.plot, `${scenario.name}.svg`, () => scenario.plot?.(plotDataOf(scenario, result)));
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
