// The build: `tsc -b`, which looks at what changed by itself and takes a moment when nothing did.

import { join } from "node:path";
import { watch } from "../../packages/protocol/set-up/child.mjs";
import { repositoryFolder } from "./places.mjs";
import { SetUpError } from "../../packages/protocol/set-up/set-up-error.mjs";

/** Builds all packages. @throws {SetUpError} with the compiler's words */
export async function build() {
  /** @type {string[]} */
  const lines = [];
  const compiler = join(repositoryFolder, "node_modules", "typescript", "bin", "tsc");
  const code = await watch(process.execPath, [compiler, "-b"], { cwd: repositoryFolder, onLine: (line) => void lines.push(line) });
  if (code !== 0) throw new SetUpError(`The build failed. The compiler says:\n\n${lines.join("\n")}`);
}
