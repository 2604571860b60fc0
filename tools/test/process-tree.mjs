// Everything that a test file started, found by a mark in its environment: what is still there when the file has ended was left behind,
// and what is there when the time is up is killed. By the mark, since a program may leave its process group.

import { existsSync, readFileSync, readdirSync } from "node:fs";

/** The environment variable that carries the mark. */
export const MARK = "SVC_TEST_RUN";

/**
 * @param {string} mark
 * @returns {{ pid: number, command: string }[]} living processes that carry it; always empty where there is no /proc
 */
export function markedProcesses(mark) {
  if (!existsSync("/proc/self/environ")) return [];
  const needle = `${MARK}=${mark}\0`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        if (!`${readFileSync(`/proc/${name}/environ`, "utf8")}\0`.includes(needle)) return [];
        return [{ pid: Number(name), command: readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim().slice(0, 160) }];
      } catch {
        return []; // gone meanwhile, or not ours to read
      }
    });
}

/**
 * Kills the process group of `pid` and everything with the mark.
 * @param {number | undefined} pid
 * @param {string} mark
 */
export function killTree(pid, mark) {
  const victims = [...(pid === undefined ? [] : [-pid, pid]), ...markedProcesses(mark).map((child) => child.pid)];
  for (const victim of victims) {
    try {
      process.kill(victim, "SIGKILL");
    } catch {
      // gone already
    }
  }
}
