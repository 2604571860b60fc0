// Asks a process of its own what only a native library can say: such libraries write to stdout and stderr, may end their process, and have no
// place in one that holds keys.

import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { writeSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A library that takes longer hangs, ms. */
const usualTimeoutMs = 5_000;
const answerFd = 3;

/**
 * Runs `entry`, which calls {@link answerProcess}.
 * @returns the value of its answer; undefined when it gave none
 */
export async function askProcess(entry: URL, timeoutMs: number = usualTimeoutMs): Promise<unknown> {
  const child = spawn(process.execPath, [fileURLToPath(entry)], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
    timeout: timeoutMs,
    killSignal: "SIGKILL",
  });
  // One that does not start has no answer either.
  child.on("error", () => {});
  const answer = await text(child.stdio[answerFd] as Readable).catch(() => "");
  return answer === "" ? undefined : (JSON.parse(answer) as unknown);
}

/** In the process that was asked: answers, and ends it, whatever its libraries still do. */
export function answerProcess(value: unknown): never {
  writeSync(answerFd, JSON.stringify(value));
  process.exit(0);
}
