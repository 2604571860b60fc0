// A subcommand of a program: "svc-peer devices". One small file each, in the program's commands/ folder or here; the program lists them.

import { ConsoleOutput } from "./console-output.ts";
import type { ProgramName } from "./command-name.ts";
import { CliError, type ExitCode, exitCodes } from "./exit-codes.ts";
import { type ArgumentParser, runProgram } from "./run-program.ts";

/** An option as yargs takes it, as far as our tables use it. */
export interface OptionEntry {
  readonly type?: "boolean" | "number" | "string";
  readonly alias?: string;
  readonly array?: boolean;
  readonly choices?: readonly string[];
  readonly default?: boolean | number | string;
  readonly describe: string;
}

/** Options by their names, without the dashes. */
export type OptionTable = Readonly<Record<string, OptionEntry>>;

/** What a subcommand was given. */
export interface CommandArguments {
  /** What stood behind the subcommand's name, without the options. */
  readonly operands: readonly string[];
  /** The value of each of its options, by its name in camel case. */
  readonly [option: string]: unknown;
}

/** Where a subcommand runs. */
export interface CommandContext {
  readonly program: ProgramName;
  readonly output: ConsoleOutput;
  /** Resolves when the user (Ctrl-C) wants it to end. */
  readonly stopped: Promise<ExitCode>;
}

/** A subcommand. */
export interface Command {
  /** What is typed behind the program's name. */
  readonly name: string;
  /** A line for --help. */
  readonly describe: string;
  /** What may stand behind the name, as --help writes it: "<name>" must, "[topic]" may. */
  readonly operands?: string;
  /** Words that an operand may be, for completions. */
  readonly operandWords?: readonly string[];
  readonly options: OptionTable;
  /** @throws CliError for what the user can change */
  readonly run: (args: CommandArguments, context: CommandContext) => Promise<ExitCode>;
}

/** What is used of yargs, which protocol does not depend on. */
export interface CommandParser extends ArgumentParser<Readonly<Record<string, unknown>>> {
  scriptName(name: string): CommandParser;
  usage(text: string): CommandParser;
  options(table: OptionTable): CommandParser;
  strictOptions(): CommandParser;
  version(isShown: false): CommandParser;
  parserConfiguration(how: { readonly "parse-positional-numbers": boolean }): CommandParser;
}

/** Says what a program's argument list is a subcommand of, if it is one: the first word decides. */
export function commandIn(commands: readonly Command[], argv: readonly string[]): Command | undefined {
  return commands.find(({ name }) => name === argv[0]);
}

/**
 * Runs a subcommand.
 *
 * @param argv with its name first
 * @param makeParser yargs
 */
export function runCommand(
  command: Command,
  program: ProgramName,
  { argv, makeParser }: { readonly argv: readonly string[]; readonly makeParser: (argv: string[]) => CommandParser },
): Promise<ExitCode> {
  const { name, describe, operands = "", options } = command;
  const makeOurs = (): CommandParser =>
    makeParser(argv.slice(1))
      .scriptName(`svc-${program} ${name}`)
      .usage(`${["$0", operands].join(" ").trim()}\n\n${describe[0]?.toUpperCase()}${describe.slice(1)}.`)
      .options(options)
      .strictOptions()
      // "1e3" is a name like any other.
      .parserConfiguration({ "parse-positional-numbers": false })
      .version(false);
  return runProgram(makeOurs, (args, stopped) => {
    const given = { ...args, operands: operandsOf(args, command) };
    return command.run(given, { program, output: new ConsoleOutput({ json: args["json"] === true, quiet: false }), stopped });
  });
}

function operandsOf(args: Readonly<Record<string, unknown>>, { name, operands = "" }: Command): readonly string[] {
  const given = (Array.isArray(args["_"]) ? args["_"] : []).map(String);
  const least = operands.match(/<[^>]+>/g)?.length ?? 0;
  const most = least + (operands.match(/\[[^\]]+\]/g)?.length ?? 0);
  if (given.length >= least && given.length <= most) return given;
  const takes = operands === "" ? "nothing behind it" : operands;
  throw new CliError(exitCodes.usage, `${name} takes ${takes}.`);
}

/** The subcommands as yargs lists them in a program's --help. Behind options they are refused there: {@link commandIn} takes the first word. */
export function commandsForHelp(
  commands: readonly Command[],
): { readonly command: string; readonly describe: string; readonly handler: () => never }[] {
  return commands.map(({ name, operands = "", describe }) => ({
    command: `${name} ${operands}`.trim(),
    describe,
    handler: () => {
      throw new CliError(exitCodes.usage, `Write ${name} first, and options behind it.`);
    },
  }));
}
