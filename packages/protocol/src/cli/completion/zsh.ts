// Completion for zsh.

import type { CompletedCommand, CompletedOption, CompletedProgram } from "./completed-program.ts";

/** A script to be sourced by zsh, or to be put into its $fpath as _NAME. */
export function zshCompletion(program: CompletedProgram): string {
  const name = `_${program.name.replaceAll("-", "_")}`;
  const commands = program.commands.map((command) => `    ${command.name}) shift words; (( CURRENT-- ))\n${argumentsOf(command)} ;;`);
  const choices = program.commands.map((command) => quoted(`${command.name}:${command.describe}`)).join(" ");
  return `#compdef ${program.name}
# Completion of ${program.name} for zsh: source it after compinit, or put it into a folder of $fpath as _${program.name}
${name}() {
  if (( CURRENT == 2 )) && [[ "$words[2]" != -* ]]; then
    local -a commands=(${choices})
    _describe command commands
    return
  fi
  case "$words[2]" in
${commands.join("\n")}
    *)
${argumentsOf(program)} ;;
  esac
}
if [ "$funcstack[1]" = "_${program.name}" ]; then ${name} "$@"; else compdef ${name} ${program.name}; fi
`;
}

function argumentsOf({ options, operands }: CompletedCommand): string {
  const specs = options.flatMap((option) =>
    [option.name, option.short].flatMap((typed) => (typed === undefined ? [] : [specOf(typed, option)])),
  );
  if (operands.length > 0) specs.push(quoted(`1:operand:(${operands.join(" ")})`));
  return `      _arguments -s \\\n${specs.map((spec) => `        ${spec}`).join(" \\\n")}`;
}

function specOf(typed: string, { describe, value }: CompletedOption): string {
  const text = describe.replaceAll(/[[\]\\:]/g, "\\$&");
  // An option that may be given more than once begins with a star; which they are matters to nobody who completes.
  return quoted(`*${typed}[${text}]${actionOf(value)}`);
}

function actionOf(value: CompletedOption["value"]): string {
  switch (value.kind) {
    case "none":
      return "";
    case "any":
      return ":value: ";
    case "file":
      return ":file:_files";
    case "words":
      return value.orFile ? `:value:{ compadd ${value.words.join(" ")}; _files }` : `:value:(${value.words.join(" ")})`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
