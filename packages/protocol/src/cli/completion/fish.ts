// Completion for fish.

import type { CompletedOption, CompletedProgram } from "./completed-program.ts";

/** A script to be sourced by fish. */
export function fishCompletion(program: CompletedProgram): string {
  const names = program.commands.map(({ name }) => name).join(" ");
  const lines = [
    `# Completion of ${program.name} for fish: put it into ~/.config/fish/completions/${program.name}.fish`,
    `complete -c ${program.name} -f`,
    ...program.commands.map(
      ({ name, describe }) => `complete -c ${program.name} -n __fish_use_subcommand -a ${name} -d ${quoted(describe)}`,
    ),
    ...program.options.map((option) => lineOf(program.name, `not __fish_seen_subcommand_from ${names}`, option)),
    ...program.commands.flatMap(({ name, options, operands }) => [
      ...options.map((option) => lineOf(program.name, `__fish_seen_subcommand_from ${name}`, option)),
      ...(operands.length === 0
        ? []
        : [`complete -c ${program.name} -n '__fish_seen_subcommand_from ${name}' -a ${quoted(operands.join(" "))}`]),
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

function lineOf(program: string, condition: string, { name, short, describe, value }: CompletedOption): string {
  const typed = [`-l ${name.slice(2)}`, ...(short === undefined ? [] : [`-s ${short.slice(1)}`])].join(" ");
  return `complete -c ${program} -n ${quoted(condition)} ${typed}${takes(value)} -d ${quoted(describe)}`;
}

function takes(value: CompletedOption["value"]): string {
  switch (value.kind) {
    case "none":
      return "";
    case "any":
      return " -x";
    case "file":
      return " -r -F";
    case "words":
      return ` ${value.orFile ? "-r -F" : "-x"} -a ${quoted(value.words.join(" "))}`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
