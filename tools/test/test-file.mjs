// Runs one test file in a process of its own, with a time limit, and judges it: only a file that ran tests, passed them all, ended by
// itself and left no process behind is good.

import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { MARK, killTree, markedProcesses } from "./process-tree.mjs";
import { fileWishes, silentOmission, uvuTotals } from "./uvu-output.mjs";

/** How long what a file started may take to end after it. */
const LEAVING_MS = 3_000;

/**
 * @param {string} folder of the package: the file's working directory
 * @param {string} file path from `folder`
 * @returns {Promise<import("./results.mjs").FileResult & { output: string }>}
 */
export async function runTestFile(folder, file) {
  const source = readFileSync(join(folder, file), "utf8");
  const omission = silentOmission(source);
  if (omission !== undefined) return { file, passed: 0, failed: 1, skipped: 0, durationMs: 0, problem: omission, output: "" };
  const startedMs = performance.now();
  const mark = randomUUID();
  const { timeoutMs } = fileWishes(source);
  const end = await runToItsEnd(folder, file, mark, timeoutMs);
  const left = end.timedOut ? [] : await leftBehind(mark);
  killTree(undefined, mark);
  const totals = uvuTotals(end.output);
  const problem = judge({ ...end, totals, timeoutMs, left });
  const passed = totals?.passed ?? 0;
  const failed = (totals?.total ?? 0) - passed;
  const result = { file, passed, failed: problem === undefined ? failed : Math.max(1, failed), skipped: totals?.skipped ?? 0 };
  return {
    ...result,
    durationMs: Math.round(performance.now() - startedMs),
    ...(problem === undefined ? {} : { problem }),
    output: end.output,
  };
}

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, timedOut: boolean, output: string }} End */

/**
 * @param {string} folder
 * @param {string} file
 * @param {string} mark
 * @param {number} timeoutMs
 * @returns {Promise<End>}
 */
function runToItsEnd(folder, file, mark, timeoutMs) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), file], {
      cwd: folder,
      detached: process.platform !== "win32",
      stdio: ["ignore", "pipe", "pipe"],
      // Our programs remember nobody, unless a test says otherwise: the contacts of who runs the tests are not theirs.
      env: { ...process.env, [MARK]: mark, FORCE_COLOR: "0", SVC_REMEMBER: "0" },
    });
    let output = "";
    let timedOut = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => (output += text));
    }
    const timer = setTimeout(() => {
      timedOut = true;
      killTree(child.pid, mark);
    }, timeoutMs);
    const stop = () => killTree(child.pid, mark);
    process.once("exit", stop);
    child.on("error", (error) => (output += `${error.message}\n`));
    // Not "close": a process left behind may hold the pipes for ever.
    child.on("exit", async (code, signal) => {
      clearTimeout(timer);
      await sleep(50);
      process.off("exit", stop);
      resolve({ code, signal, timedOut, output });
    });
  });
}

/** @param {string} mark */
async function leftBehind(mark) {
  const untilMs = performance.now() + LEAVING_MS;
  let left = markedProcesses(mark);
  while (left.length > 0 && performance.now() < untilMs) {
    await sleep(100);
    left = markedProcesses(mark);
  }
  return left;
}

/**
 * @param {End & { totals: import("./uvu-output.mjs").UvuTotals | undefined, timeoutMs: number, left: { pid: number, command: string }[] }} run
 * @returns {string | undefined} what is wrong with the file as a whole
 */
function judge({ code, signal, timedOut, totals, timeoutMs, left }) {
  if (timedOut && totals !== undefined) return `did not end within ${timeoutMs / 1000} s, though its tests had: something is still open`;
  if (timedOut) return `did not end within ${timeoutMs / 1000} s and was killed`;
  if (signal !== null) return `was ended by ${signal}`;
  if (totals === undefined) return `ended before its tests did (exit code ${code})`;
  if (totals.total === 0 && totals.skipped === 0) return "ran no test";
  if (code === 0 && totals.passed < totals.total) return "some tests did not run: a before or after hook threw (uvu does not show it)";
  if (code !== 0 && totals.passed === totals.total) return `all its tests passed, yet it ended with exit code ${code}`;
  if (left.length > 0) return `left processes behind: ${left.map((child) => `${child.pid} ${child.command}`).join("; ")}`;
  return undefined;
}
