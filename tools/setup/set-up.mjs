// The order of things: system packages → pnpm → dependencies → OpenCV's binding → build, then what was asked for.
// Everything here is said on stderr; stdout belongs to the program or the tests that follow.

import { join } from "node:path";
import { writableCacheFolder } from "../../packages/protocol/set-up/cache-folder.mjs";
import { withLock } from "../../packages/protocol/set-up/lock.mjs";
import { ensureOpencvBinding } from "../../packages/protocol/set-up/opencv-binding.mjs";
import { SetUpError } from "../../packages/protocol/set-up/set-up-error.mjs";
import { ensureSystemPackages, RUN_PACKAGES } from "../../packages/protocol/set-up/system-packages.mjs";
import { repositoryFolder } from "./places.mjs";
import { ensureDependencies, ensurePnpm } from "./package-manager.mjs";
import { build } from "./build.mjs";
import { TEST_PACKAGES } from "./test-packages.mjs";
import { runSelfCall } from "./run-self-call.mjs";
import { runTests } from "./run-tests.mjs";

/**
 * Makes the repository ready to run. Cheap when there is nothing to do.
 * @param {{ tests: boolean }} options `tests`: also what only the tests need
 * @returns {Promise<{ pnpmFolder: string }>} the folder that holds the `pnpm` command to use
 * @throws {SetUpError} with a text for a person
 */
async function setUp({ tests }) {
  const cache = writableCacheFolder();
  return await withLock(join(cache, "locks"), `repository ${repositoryFolder}`, async () => {
    await ensureSystemPackages([...RUN_PACKAGES, ...(tests ? TEST_PACKAGES : [])]);
    const pnpm = await ensurePnpm(cache);
    await ensureDependencies(pnpm.script);
    await ensureOpencvBinding(cache, join(repositoryFolder, "packages", "sender", "node_modules", "@u4", "opencv4nodejs"));
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
