// The test runner of every package, run in the package's folder: each test file is a process of its own (tools/test/test-file.mjs says when it
// is good), two at a time. Leaves test-results.json for the sum that `npm test` prints.
// Usage: node run.mjs [words: only files whose path has one of them]

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sumLine, testFilesIn, writeResults } from "./results.mjs";
import { runTestFile } from "./test-file.mjs";
import { fileWishes } from "./uvu-output.mjs";

/**
 * Runs the test files of a package and prints what happened.
 * @param {string} folder of the package
 * @param {readonly string[]} words only files whose path contains one of them; none: all
 * @returns {Promise<number>} the exit code
 */
async function run(folder, words) {
  const all = testFilesIn(folder);
  const files = words.length === 0 ? all : all.filter((file) => words.some((word) => file.includes(word)));
  const alone = files.filter((file) => fileWishes(readFileSync(join(folder, file), "utf8")).alone);
  const together = files.filter((file) => !alone.includes(file));
  /** @type {import("./results.mjs").FileResult[]} */
  const results = [];
  const next = async (/** @type {string[]} */ queue) => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) results.push(report(await runTestFile(folder, file)));
  };
  await Promise.all([next(together), next(together)]);
  await next(alone);
  writeResults(folder, results);
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const result of results) {
    sum.passed += result.passed;
    sum.failed += result.failed;
    sum.skipped += result.skipped;
  }
  process.stdout.write(`${files.length} test files: ${sumLine(sum)}\n`);
  return sum.failed > 0 || (all.length > 0 && files.length === 0) ? 1 : 0;
}

/**
 * @param {import("./results.mjs").FileResult & { output: string }} result
 * @returns {import("./results.mjs").FileResult}
 */
function report({ output, ...result }) {
  const good = result.failed === 0;
  process.stdout.write(`${good ? "ok  " : "FAIL"} ${result.file}  ${sumLine(result)}  ${(result.durationMs / 1000).toFixed(1)} s\n`);
  if (result.problem !== undefined) process.stdout.write(`     ${result.problem}\n`);
  if (!good && output !== "") process.stdout.write(`${output.replace(/^/gm, "     | ")}\n`);
  return result;
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) process.on(signal, () => process.exit(130));
// Turbo hands the words on behind a "--".
process.exitCode = await run(
  process.cwd(),
  process.argv.slice(2).filter((word) => word !== "--"),
);
