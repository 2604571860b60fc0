// Built files of our packages that their `exports` keep to themselves: what is measured alone, outside of its program.

import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { packageFolder } from "./program.ts";

/** Imports a built file of a package, by its path in dist/. */
export async function internals<Module>(name: "protocol" | "receiver" | "sender", path: string): Promise<Module> {
  return (await import(pathToFileURL(join(packageFolder(name), "dist", path)).href)) as Module;
}
