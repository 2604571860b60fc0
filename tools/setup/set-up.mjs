// The order of things: system packages → pnpm → dependencies → OpenCV's binding → build, then what was asked for.
// Everything here is said on stderr; stdout belongs to the program or the tests that follow.

import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, repositoryFolder } from "./places.mjs";
import { withLock } from "./lock.mjs";
import { ensureSystemPackages } from "./system-packages.mjs";
import { ensureDependencies, ensurePnpm } from "./package-manager.mjs";
import { ensureOpencvBinding } from "./opencv-binding.mjs";
import { build } from "./build.mjs";
import { SetUpError } from "./set-up-error.mjs";
import { runSelfCall } from "./run-self-call.mjs";
import { runTests } from "./run-tests.mjs";

/**
 * Makes the repository ready to run. Cheap when there is nothing to do.
 * @param {{ tests: boolean }} options `tests`: also what only the tests need
 * @returns {Promise<{ pnpmFolder: string }>} the folder that holds the `pnpm` command to use
 * @throws {SetUpError} with a text for a person
 */
export async function setUp({ tests }) {
  const cache = cacheFolder();
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
  } catch (cause) {
    const sentence = `Set-up keeps what it makes in ${cache}, and that cannot be written. Set XDG_CACHE_HOME to a folder that can.`;
    throw new SetUpError(sentence, { cause });
  }
  return await withLock(join(cache, "locks"), `repository ${repositoryFolder}`, async () => {
    await ensureSystemPackages({ tests });
    const pnpm = await ensurePnpm(cache);
    await ensureDependencies(pnpm.script);
    await ensureOpencvBinding(cache);
    if (!tests) await build(); // the tests' pipeline builds by itself
    return { pnpmFolder: pnpm.binFolder };
  });
}

/**
 * @param {readonly string[]} args the command (start or test, or neither) and what belongs to it
 * @returns {Promise<number>} the exit code
 */
export async function main(args) {
  const [command, ...rest] = args;
  if (command !== undefined && command !== "start" && command !== "test") {
    process.stderr.write(`Unknown command "${command}". Use: node tools/setup/main.mjs [start|test] [arguments]\n`);
    return 64;
  }
  try {
    const { pnpmFolder } = await setUp({ tests: command === "test" });
    if (command === "start") return await runSelfCall(rest);
    if (command === "test") return await runTests(rest, pnpmFolder);
    process.stderr.write("Everything is ready. `npm start` makes a call on this computer, `npm test` runs the tests.\n");
    return 0;
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    return 1;
  }
}
