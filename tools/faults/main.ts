// `pnpm faults [NAME …]`: makes the faults of the table one after the other, measures, and prints what came of it. NAME is a row, or the
// beginning of its name.

import { parseNumber } from "@simple-video-chat/protocol/cli";
import yargs from "yargs";
import { hideBin } from "yargs/helpers";

import { failuresOf, type FaultFigures, type FaultForm, type FaultRow } from "./fault-row.ts";
import { formatRow, type RowResult } from "./fault-table.ts";
import { faultRows } from "./row-list.ts";

async function main(argv: readonly string[]): Promise<number> {
  const args = await yargs([...argv])
    .scriptName("faults")
    .usage(
      "$0 [row..]\n\nMakes faults under real calls on this computer and measures what comes of it. Needs root, for network namespaces.",
    )
    .options({
      times: { type: "number", default: 1, describe: "how often each; the table has the worst figure" },
      short: { type: "boolean", default: false, describe: "the form that `npm test` runs" },
      list: { type: "boolean", default: false, describe: "only say which rows there are" },
    })
    .strictOptions()
    .version(false)
    .parseAsync();
  const names = args._.map(String);
  const rows = names.length === 0 ? faultRows : names.flatMap(rowsNamed);
  if (args.list || rows.length === 0) {
    for (const { name, fault } of faultRows) process.stdout.write(`${name.padEnd(22)} ${fault}\n`);
    return rows.length === 0 ? 64 : 0;
  }
  const times = parseNumber("times", args.times, 1, 1_000);
  let bad = 0;
  for (const row of rows) {
    const result = await repeat(row, times, args.short ? "short" : "full");
    bad += result.failures.length;
    process.stdout.write(`${formatRow(result)}\n`);
    for (const failure of result.failures) process.stderr.write(`${failure}\n`);
  }
  return bad === 0 ? 0 : 1;
}

/** The row of this name; or those whose names begin with it. */
function rowsNamed(wanted: string): readonly FaultRow[] {
  const exact = faultRows.filter(({ name }) => name === wanted);
  return exact.length > 0 ? exact : faultRows.filter(({ name }) => name.startsWith(wanted));
}

async function repeat(row: FaultRow, times: number, form: FaultForm): Promise<RowResult> {
  const runs: FaultFigures[] = [];
  const failures: string[] = [];
  let good = 0;
  for (let run = 0; run < times; run++) {
    try {
      const figures = await row.run(form);
      runs.push(figures);
      const problems = failuresOf(row, figures, { form: "full" });
      if (problems.length === 0) good++;
      failures.push(...problems);
    } catch (error) {
      failures.push(`${row.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { row, times, good, runs, failures };
}

// What a row has started and made is ended and removed at the exit.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(130));
process.exitCode = await main(hideBin(process.argv));
// A fault may have left a socket or a timer of this process: nothing is waited for.
process.exit();
