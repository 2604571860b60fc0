// `pnpm coverage`: protocol's tests under c8, and what must be reached: every line, 95 % of the branches. What could make it pass in silence makes
// it fail: tests that failed, a source file that is not in the report, a report from before.

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const MIN_LINES = 100;
const MIN_BRANCHES = 95;

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "packages/protocol");
const report = join(folder, "coverage");

/**
 * Whether a built file has nothing to run: only types were in its source.
 * @param {string} source
 */
function hasNothingToRun(source) {
  const built = readFileSync(join(folder, "dist", relative("src", source).replace(/\.ts$/, ".js")), "utf8");
  return (
    built
      .replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "")
      .replace("export {};", "")
      .trim() === ""
  );
}

/** The sources that count: not the doubles of tests (src/testing), which are no part of a call. */
function sources() {
  return readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.startsWith("testing/"))
    .map((path) => join("src", path))
    .filter((path) => !hasNothingToRun(path));
}

/** @typedef {{ lines: { total: number, covered: number }, branches: { total: number, covered: number } }} FileCoverage */

/** @param {FileCoverage[]} files @param {"lines" | "branches"} what */
function percent(files, what) {
  const total = files.reduce((sum, file) => sum + file[what].total, 0);
  return total === 0 ? 0 : (100 * files.reduce((sum, file) => sum + file[what].covered, 0)) / total;
}

rmSync(report, { recursive: true, force: true });
const wanted = sources();
const c8 = join(dirname(createRequire(import.meta.url).resolve("c8/package.json")), "bin/c8.js");
const { status } = spawnSync(
  process.execPath,
  [
    c8,
    "--all",
    "--src",
    "src",
    "--include",
    "src/**",
    "--exclude",
    "test/**",
    "-r",
    "json-summary",
    "-r",
    "lcovonly",
    "-o",
    report,
    process.execPath,
    join(root, "tools/test/run.mjs"),
  ],
  { cwd: folder, stdio: "inherit" },
);
const summaryPath = join(report, "coverage-summary.json");
const problems = [];
if (status !== 0) problems.push(`the tests ended with ${status}`);
if (!existsSync(summaryPath)) problems.push("there is no report");
else {
  /** @type {Record<string, FileCoverage>} */
  const summary = JSON.parse(readFileSync(summaryPath, "utf8"));
  const files = new Map(Object.entries(summary).map(([path, file]) => [relative(folder, path), file]));
  const counted = wanted.flatMap((path) => files.get(path) ?? []);
  for (const path of wanted) {
    const file = files.get(path);
    if (file === undefined) problems.push(`${path} is not in the report`);
    else if (file.lines.covered < file.lines.total)
      process.stdout.write(`${path}: ${file.lines.total - file.lines.covered} of ${file.lines.total} lines did not run\n`);
  }
  const lines = percent(counted, "lines");
  const branches = percent(counted, "branches");
  process.stdout.write(`protocol: ${counted.length} files, lines ${lines.toFixed(2)} %, branches ${branches.toFixed(2)} %\n`);
  if (counted.length < 50) problems.push(`only ${counted.length} files were counted`);
  if (lines < MIN_LINES) problems.push(`lines are below ${MIN_LINES} %`);
  if (branches < MIN_BRANCHES) problems.push(`branches are below ${MIN_BRANCHES} %`);
}
for (const problem of problems) process.stdout.write(`NOT GOOD: ${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
