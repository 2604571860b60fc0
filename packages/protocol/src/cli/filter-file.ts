// The files of --filter and --filter-incoming.

import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";

import { CliError, exitCodes } from "./exit-codes.ts";
import { forTerminal } from "./console-output.ts";

/** @returns the module's URL. @throws CliError couldNotStart when there is no such file */
export function filterUrl(option: "filter" | "filter-incoming", path: string): URL {
  if (existsSync(path)) return pathToFileURL(path);
  throw new CliError(exitCodes.couldNotStart, `There is no filter ${forTerminal(path, 200)}. --${option} takes a JavaScript module.`);
}
