// Built files of our packages that their `exports` keep to themselves: for measuring parts alone.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { packageFolder } from "./program.ts";

/** Imports such a file. @param path below the package's dist folder */
export async function internals<Module>(name: "receiver" | "sender", path: string): Promise<Module> {
  return (await import(pathToFileURL(join(packageFolder(name), "dist", path)).href)) as Module;
}
