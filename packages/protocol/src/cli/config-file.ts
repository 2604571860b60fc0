// Options from the config file: a section for each program, with options by their names. What stands there is what its user always wants;
// the environment overrides it, and the command line both.

import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { systemCode } from "../system-code.ts";
import type { OptionTable } from "./command.ts";
import type { ProgramName } from "./command-name.ts";
import { withoutContradicted } from "./contradictions.ts";
import { optionsFromEnvironment } from "./environment.ts";
import { CliError, exitCodes } from "./exit-codes.ts";
import { didYouMean } from "./nearest-name.ts";

const programs: readonly ProgramName[] = ["sender", "receiver", "peer"];
/** Options that may be given more than once, and so may be lists. */
const lists: ReadonlySet<string> = new Set(["source"]);

/** A value that an option can have. */
type OptionValue = string | number | boolean | readonly string[];

/** Where the config file is unless the user says otherwise: in the folder that the system has for such files. */
export function configPath(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  const { XDG_CONFIG_HOME: xdg, APPDATA: appData } = env;
  const home = env["HOME"] ?? homedir();
  if (platform === "darwin") return join(home, "Library", "Application Support", "simple-video-chat", "config.json");
  const folder = platform === "win32" ? (appData ?? join(home, "AppData", "Roaming")) : (xdg ?? "") === "" ? join(home, ".config") : xdg;
  return join(folder ?? "", "simple-video-chat", "config.json");
}

/** What is used of yargs to see what the command line says, without defaults. */
export interface GivenParser {
  options(table: OptionTable): GivenParser;
  help(isOffered: false): GivenParser;
  version(isOffered: false): GivenParser;
  exitProcess(enabled: false): GivenParser;
  fail(handler: () => void): GivenParser;
  parseSync(): Readonly<Record<string, unknown>>;
}

/** Where options are given. */
export interface SettingsPlaces {
  /** Of the program: --config in it names another file, and an empty name none at all. */
  readonly argv: readonly string[];
  /** yargs. */
  readonly makeParser: (argv: string[]) => GivenParser;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * What the environment and the config file say of a program's options, for yargs' `config()`: without what the command line contradicts.
 *
 * @throws CliError usage for a file that was named and is not there, that is no JSON, or that says what there is no option for; and for
 *   options that contradict each other
 */
export function settingsFor(
  program: ProgramName,
  options: OptionTable,
  { argv, makeParser, env = process.env }: SettingsPlaces,
): Record<string, unknown> {
  const named = argument(argv, "--config") ?? env["SVC_CONFIG"];
  const file = named === "" ? {} : readConfig(named ?? configPath(env), named !== undefined);
  return withoutContradicted(program, options, {
    commandLine: givenOn(argv, options, { makeParser, invite: program === "sender" ? undefined : env["SVC_INVITE"] }),
    environment: optionsFromEnvironment(options, env),
    file: sectionOf(file, program, { options, path: named ?? configPath(env) }),
  });
}

/** What was typed. An invite in the environment is one that is kept out of the list of processes: it counts as typed. */
function givenOn(
  argv: readonly string[],
  options: OptionTable,
  { makeParser, invite }: { readonly makeParser: SettingsPlaces["makeParser"]; readonly invite: string | undefined },
): Readonly<Record<string, unknown>> {
  const bare = Object.entries(options).map(([name, { type, alias }]) => [name, { type: type ?? "string", alias, describe: "" }]);
  // What is wrong with a word by itself is said when the program's own parser meets it.
  const parser = makeParser([...argv]).options(Object.fromEntries(bare) as OptionTable);
  const typed = parser
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail(() => {})
    .parseSync();
  const [target] = Array.isArray(typed["_"]) ? typed["_"].map(String) : [];
  const called = target ?? (invite === "" ? undefined : invite);
  return { ...typed, ...(called !== undefined && { target: called }) };
}

function argument(argv: readonly string[], name: string): string | undefined {
  const at = argv.findIndex((word) => word === name || word.startsWith(`${name}=`));
  const word = argv[at];
  return word === undefined ? undefined : word === name ? (argv[at + 1] ?? "") : word.slice(name.length + 1);
}

function readConfig(path: string, mustExist: boolean): unknown {
  let text;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" && !mustExist) return {};
    throw usage(systemCode(error) === "ENOENT" ? `There is no config file ${path}.` : `The config file ${path} cannot be read.`, error);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usage(`The config file ${path} is not JSON: ${error instanceof Error ? error.message : ""}.`, error);
  }
}

interface Place {
  readonly options: OptionTable;
  readonly path: string;
}

function sectionOf(file: unknown, program: ProgramName, { options, path }: Place): Record<string, OptionValue> {
  if (!isObject(file)) throw usage(`The config file ${path} must be an object with a section for each program, like {"${program}": {}}.`);
  for (const name of Object.keys(file)) {
    if (!programs.some((known) => known === name))
      throw usage(`${path}: there is no program ${name}.${didYouMean(name, programs)} Sections are ${programs.join(", ")}.`);
  }
  const section = file[program] ?? {};
  if (!isObject(section)) throw usage(`${path}: ${program} must be an object with options, like {"max-fps": 30}.`);
  return Object.fromEntries(Object.entries(section).map(([name, value]) => [name, checked(name, value, { options, path })]));
}

function checked(name: string, value: unknown, { options, path }: Place): OptionValue {
  // The file itself cannot say where it is.
  const option = name === "config" ? undefined : options[name];
  const names = Object.keys(options).filter((known) => known !== "config");
  if (option === undefined)
    throw usage(`${path}: there is no option ${name}.${didYouMean(name, names)} Options have the names that --help lists.`);
  const type = option.type ?? "string";
  if (lists.has(name) && Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string")) return value;
  if (typeof value === type) return value as OptionValue;
  throw usage(`${path}: ${name} takes a ${type}, not ${JSON.stringify(value)}.`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function usage(message: string, cause?: unknown): CliError {
  return new CliError(exitCodes.usage, message, { cause });
}
