// `npm start`, once all is ready: the call on this computer runs as a child with our terminal, our signals and our exit code.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { repositoryFolder } from "./places.mjs";
import { SetUpError } from "../../packages/protocol/set-up/set-up-error.mjs";

/**
 * @param {readonly string[]} args for the self-call
 * @returns {Promise<number>} its exit code; 128 + the signal's number when a signal ended it
 */
export function runSelfCall(args) {
  const program = join(repositoryFolder, "tools", "dist", "run", "main.js");
  if (!existsSync(program)) throw new SetUpError(`The build made no ${program}. Delete tools/dist and run the same command again.`);
  return runInPlace(process.execPath, [program, ...args]);
}

/**
 * Runs a program in our place: same terminal, same signals, same exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string }} [options]
 * @returns {Promise<number>}
 */
export function runInPlace(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: "inherit" });
    const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      // A terminal sends Ctrl-C to the child as well, and npm sends it to us once more: one is enough.
      if (!(signal === "SIGINT" && onTerminal)) child.kill(signal);
    };
    const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
    for (const signal of signals) process.on(signal, forward);
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      for (const name of signals) process.off(name, forward);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
