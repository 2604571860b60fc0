// What can be typed behind a program's name, as the completions of all shells need it.

import type { Command, OptionEntry, OptionTable } from "../command.ts";

/** What follows an option. */
export type CompletedValue =
  | { readonly kind: "none" }
  | { readonly kind: "words"; readonly words: readonly string[]; readonly orFile: boolean }
  | { readonly kind: "file" }
  | { readonly kind: "any" };

/** An option as it is typed. */
export interface CompletedOption {
  /** "--max-size". */
  readonly name: string;
  /** "-m". */
  readonly short?: string;
  readonly describe: string;
  readonly value: CompletedValue;
}

/** A program or subcommand. */
export interface CompletedCommand {
  readonly name: string;
  readonly describe: string;
  /** What may stand in place of an operand. */
  readonly operands: readonly string[];
  readonly options: readonly CompletedOption[];
}

/** A program with its subcommands. */
export interface CompletedProgram extends CompletedCommand {
  readonly commands: readonly CompletedCommand[];
}

/** Words that --source takes besides a file. */
const sourceWords = ["camera", "screen", "testcard", "motion"];

/** What can be typed behind the program of this name. */
export function completedProgram(
  name: string,
  { options, commands }: { readonly options: OptionTable; readonly commands: readonly Command[] },
): CompletedProgram {
  return {
    name,
    describe: "",
    operands: [],
    options: [...completedOptions(options), { name: "--version", describe: "show the version", value: { kind: "none" } }],
    commands: commands.map((command) => ({
      name: command.name,
      describe: command.describe,
      operands: command.operandWords ?? [],
      options: completedOptions(command.options),
    })),
  };
}

function completedOptions(options: OptionTable): readonly CompletedOption[] {
  const own = Object.entries(options).map(([name, option]): CompletedOption => {
    const { alias, describe } = option;
    // What is on can only be switched off.
    const typed = option.type === "boolean" && option.default === true ? `--no-${name}` : `--${name}`;
    return { name: typed, describe, value: valueOf(name, option), ...(alias !== undefined && { short: `-${alias}` }) };
  });
  return [...own, { name: "--help", describe: "show help", value: { kind: "none" } }];
}

function valueOf(name: string, { type, choices }: OptionEntry): CompletedValue {
  if (type === "boolean") return { kind: "none" };
  if (choices !== undefined) return { kind: "words", words: choices, orFile: false };
  if (name === "source") return { kind: "words", words: sourceWords, orFile: true };
  return /(^|-)(file|folder|config|record|filter)$/.test(name) ? { kind: "file" } : { kind: "any" };
}
