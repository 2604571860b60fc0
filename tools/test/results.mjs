// What the test runs of the packages leave behind (one JSON file each), and the sum of them that `npm test` ends with.

import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The file that a package's test run writes into the package's folder. */
export const RESULTS_FILE = "test-results.json";

/**
 * @typedef {object} FileResult
 * @property {string} file path from the package's folder
 * @property {number} passed
 * @property {number} failed at least 1 when there is a problem
 * @property {number} skipped
 * @property {number} durationMs
 * @property {string} [problem] what was wrong with the file as a whole, e.g. that it ran no test
 */

/**
 * @typedef {object} Sum
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {string[]} problems one sentence each
 */

/**
 * @param {string} folder of a package
 * @param {readonly FileResult[]} files
 */
export function writeResults(folder, files) {
  writeFileSync(join(folder, RESULTS_FILE), `${JSON.stringify({ files }, undefined, 2)}\n`);
}

/**
 * @param {string} folder
 * @returns {string[]} the test files below it, sorted, as paths from it
 */
export function testFilesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => /\.test\.(ts|mjs)$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
    .sort();
}

/**
 * @param {string} root the repository
 * @returns {string[]} the folders of the workspace that have tests, from the root, like packages/protocol
 */
export function testFolders(root) {
  const packages = existsSync(join(root, "packages")) ? readdirSync(join(root, "packages")).map((name) => `packages/${name}`) : [];
  return [...packages, "tools"].filter(
    (folder) => existsSync(join(root, folder, "package.json")) && testFilesIn(join(root, folder)).length > 0,
  );
}

/**
 * Adds up what the packages' runs left. A package with tests that left nothing counts as one failure: its run never got to its end.
 * @param {string} root
 * @param {readonly string[]} folders that must have results
 * @returns {Sum}
 */
export function collectResults(root, folders) {
  /** @type {Sum} */
  const sum = { passed: 0, failed: 0, skipped: 0, problems: [] };
  for (const folder of folders) {
    const path = join(root, folder, RESULTS_FILE);
    if (!existsSync(path)) {
      sum.failed += 1;
      sum.problems.push(`${folder} has tests, but they did not run.`);
      continue;
    }
    /** @type {{ files: FileResult[] }} */
    const { files } = JSON.parse(readFileSync(path, "utf8"));
    for (const file of files) addFile(sum, folder, file);
  }
  return sum;
}

/**
 * @param {Sum} sum
 * @param {string} folder
 * @param {FileResult} file
 */
function addFile(sum, folder, file) {
  sum.passed += file.passed;
  sum.failed += file.failed;
  sum.skipped += file.skipped;
  const name = `${folder}/${file.file}`;
  if (file.problem !== undefined) sum.problems.push(`${name}: ${file.problem}`);
  else if (file.failed > 0) sum.problems.push(`${name}: ${file.failed} failed`);
  if (file.skipped > 0) sum.problems.push(`${name}: ${file.skipped} skipped`);
}

/**
 * @param {{ passed: number, failed: number, skipped: number }} sum
 * @returns {string} the closing line
 */
export function sumLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
