// Runs a subcommand as a program does, with the programs' own yargs, and gives what it says: to people, to programs, and as its exit code.
import { createRequire } from "node:module";
import { type Command, type CommandParser, runCommand } from "../../src/cli/command.ts";
import type { GivenParser } from "../../src/cli/config-file.ts";
import type { ProgramName } from "../../src/cli/command-name.ts";
import type { ExitCode } from "../../src/cli/exit-codes.ts";

/** protocol does not depend on yargs: its programs do. */
const yargs = createRequire(new URL("../../../peer/package.json", import.meta.url))("yargs") as (
  argv: readonly string[],
) => CommandParser & GivenParser;

/** The programs' own yargs. */
export const makeParser = (argv: readonly string[]): CommandParser & GivenParser => yargs(argv);

/** What came of a subcommand. */
export interface Outcome {
  readonly code: ExitCode;
  /** On stdout. */
  readonly out: string;
  /** On stderr. */
  readonly said: string;
}

/** Runs `words`: the subcommand's name, and what stands behind it. */
export async function runWords(command: Command, words: readonly string[], program: ProgramName = "peer"): Promise<Outcome> {
  let [out, said] = ["", ""];
  const { write: writeOut } = process.stdout;
  const { write: writeSaid } = process.stderr;
  process.stdout.write = (text: string | Uint8Array): boolean => ((out += String(text)), true);
  process.stderr.write = (text: string | Uint8Array): boolean => ((said += String(text)), true);
  try {
    const code = await runCommand(command, program, { argv: words, makeParser });
    return { code, out, said };
  } finally {
    process.stdout.write = writeOut;
    process.stderr.write = writeSaid;
  }
}

/** The lines of JSON in a text. */
export function eventsIn(out: string): readonly Readonly<Record<string, unknown>>[] {
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
}
