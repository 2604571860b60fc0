// The display options of a command line: what does not go together.

import { CliError, exitCodes } from "./exit-codes.ts";

/** @throws CliError usage for options that contradict each other */
export function checkDisplayOptions(args: {
  readonly window: boolean;
  readonly view: string;
  readonly filterIncoming?: string | undefined;
}): void {
  if (args.filterIncoming !== undefined && args.view === "browser") {
    throw new CliError(
      exitCodes.usage,
      "--filter-incoming sees pictures that this program decodes, and with --view browser the browser does: give one of the two.",
    );
  }
  if (!args.window && args.view === "browser") {
    throw new CliError(
      exitCodes.usage,
      "--no-window means figures only, and --view browser asks for a page with the picture: give one of the two.",
    );
  }
}
