// `npm test`, once all is ready: the Turbo pipeline (build, lint, format, types, test), then the sum of what the tests really did,
// as the last line of stdout: `N passed, N failed`.

import { rmSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { cleanEnvironment } from "../../packages/protocol/set-up/child.mjs";
import { repositoryFolder } from "./places.mjs";
import { runInPlace } from "./run-self-call.mjs";
import { RESULTS_FILE, collectResults, sumLine, testFolders } from "../test/results.mjs";

const GATES = ["build", "lint", "format", "types", "test"];

/**
 * `--only FOLDER` runs one package's tests; the words that follow choose its files.
 * @param {readonly string[]} args
 * @returns {{ only: string | undefined, files: readonly string[] }}
 */
export function parseTestArguments(args) {
  const [first, only, ...files] = args;
  if (first !== "--only") return { only: undefined, files: args };
  return { only: only?.replace(/^\.\//, "").replace(/\/$/, ""), files };
}

/**
 * @param {readonly string[]} args
 * @param {string} pnpmFolder holds the `pnpm` that Turbo calls
 * @returns {Promise<number>} the exit code
 */
export async function runTests(args, pnpmFolder) {
  const { only, files } = parseTestArguments(args);
  const folders = testFolders(repositoryFolder).filter((folder) => only === undefined || folder === only);
  for (const folder of folders) rmSync(join(repositoryFolder, folder, RESULTS_FILE), { force: true });

  const turbo = join(repositoryFolder, "node_modules", "turbo", "bin", "turbo");
  const filter = only === undefined ? [] : [`--filter=./${only}`];
  const gates = only === undefined ? GATES : ["test"];
  const extra = files.length === 0 ? [] : ["--", ...files];
  const code = await runInPlace(process.execPath, [turbo, "run", ...gates, ...filter, "--continue=dependencies-successful", ...extra], {
    cwd: repositoryFolder,
    env: cleanEnvironment({
      PATH: [pnpmFolder, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
      TURBO_TELEMETRY_DISABLED: "1",
      TURBO_NO_UPDATE_NOTIFIER: "1",
    }),
  });

  const sum = collectResults(repositoryFolder, folders);
  for (const problem of sum.problems) process.stdout.write(`${problem}\n`);
  const skipsFail = sum.skipped > 0 && process.env["CI"] === "true";
  if (skipsFail) process.stdout.write("Skipped tests fail CI.\n");
  if (code !== 0 && sum.failed === 0) process.stdout.write("A gate failed: see above.\n");
  process.stdout.write(`${sumLine(sum)}\n`);
  if (code !== 0) return code >= 128 ? code : 1;
  return sum.failed > 0 || sum.passed === 0 || skipsFail ? 1 : 0;
}
