// Completion for bash.

import type { CompletedCommand, CompletedOption, CompletedProgram } from "./completed-program.ts";

/** A script to be sourced by bash. */
export function bashCompletion(program: CompletedProgram): string {
  const commands = program.commands.map((command) => `    ${command.name})\n${casesOf(command)}\n      ;;`);
  return `# Completion of ${program.name} for bash: source it, or put it into ~/.local/share/bash-completion/completions/${program.name}
${functionName(program.name)}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command=""
  COMPREPLY=()
  [ "$COMP_CWORD" -gt 1 ] && command="\${COMP_WORDS[1]}"
  case "$command" in
${commands.join("\n")}
    *)
${casesOf(
  program,
  program.commands.map(({ name }) => name),
)}
      ;;
  esac
}
complete -F ${functionName(program.name)} ${program.name}
`;
}

/** After an option its values, else options and operands. */
function casesOf({ options, operands }: CompletedCommand, first: readonly string[] = []): string {
  const cases = options.flatMap((option) => {
    const values = valuesOf(option);
    return values === undefined ? [] : [`        ${[option.name, option.short].filter(Boolean).join("|")}) ${values}; return ;;`];
  });
  const words = [...options.flatMap(({ name, short }) => (short === undefined ? [name] : [name, short])), ...operands].join(" ");
  const begin = first.length === 0 ? "" : `\n      [ "$COMP_CWORD" = 1 ] && COMPREPLY+=($(compgen -W '${first.join(" ")}' -- "$word"))`;
  return `      case "$before" in\n${cases.join("\n")}\n      esac\n      COMPREPLY=($(compgen -W '${words}' -- "$word"))${begin}`;
}

function valuesOf({ value }: CompletedOption): string | undefined {
  switch (value.kind) {
    case "none":
      return undefined;
    case "any":
      return ":";
    case "file":
      return `COMPREPLY=($(compgen -f -- "$word"))`;
    case "words":
      return `COMPREPLY=($(compgen ${value.orFile ? "-f " : ""}-W '${value.words.join(" ")}' -- "$word"))`;
  }
}

function functionName(program: string): string {
  return `_${program.replaceAll("-", "_")}`;
}
