// The subcommand "completion": prints what teaches a shell to complete the program's options and subcommands.

import type { Command, OptionTable } from "../command.ts";
import { CliError, exitCodes } from "../exit-codes.ts";
import { bashCompletion } from "./bash.ts";
import { type CompletedProgram, completedProgram } from "./completed-program.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

const shells: Readonly<Record<string, (program: CompletedProgram) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** @param commands all others; asked for when the script is made */
export function completionCommand(options: OptionTable, commands: () => readonly Command[]): Command {
  return {
    name: "completion",
    describe: "print a script that completes options and subcommands in bash, zsh or fish",
    operands: "<shell>",
    operandWords: Object.keys(shells),
    options: {},
    run: ({ operands }, { program, output }) => {
      const [shell = ""] = operands;
      const script = shells[shell];
      if (script === undefined)
        throw new CliError(exitCodes.usage, `There are completions for ${Object.keys(shells).join(", ")}, not for ${shell}.`);
      output.result(script(completedProgram(`svc-${program}`, { options, commands: commands() })));
      return Promise.resolve(exitCodes.ok);
    },
  };
}
