// Child processes as set-up needs them: a clean environment, output kept or watched line by line, never our stdout.

import { spawn, spawnSync } from "node:child_process";

/** npm settings that say how to reach a registry: these alone are handed on from an `npm start` to the tools it runs. */
const REACHING_SETTINGS =
  /^npm_config_(.*registry|userconfig|globalconfig|cafile|ca|cert|key|proxy|https_proxy|http_proxy|noproxy|no_proxy|strict_ssl|cache)$/i;
/** What changes how tools build or run, left by a person or by the npm that started us. */
const SWAYING_VARIABLES =
  /^(npm_.*|pnpm_.*|NODE_OPTIONS|NODE_ENV|NODE_PATH|INIT_CWD|OPENCV.*|GYP_.*|MAKEFLAGS|MFLAGS|CFLAGS|CXXFLAGS|CPPFLAGS|LDFLAGS|V)$/i;

/**
 * This process's environment without what would make the result depend on how and where set-up was started.
 * @param {Record<string, string>} [more] variables to add
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function cleanEnvironment(more = {}, env = process.env) {
  const kept = Object.entries(env).filter(([name]) => REACHING_SETTINGS.test(name) || !SWAYING_VARIABLES.test(name));
  return { ...Object.fromEntries(kept), ...more };
}

/**
 * Runs a short command and returns what it printed.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {string | undefined} its stdout, or undefined when it is not there or failed
 */
export function outputOf(command, args) {
  const child = spawnSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], env: cleanEnvironment() });
  return child.status === 0 ? child.stdout : undefined;
}

/**
 * @typedef {object} Watched
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [cwd]
 * @property {boolean} [terminal] the command may ask a person something: it gets our stdin
 * @property {boolean} [letFinish] the command goes on when we are ended, since stopping it half-way would do harm
 * @property {(line: string) => void} onLine every line of its stdout and stderr, without the line end
 */

/**
 * Runs a command to its end, line by line.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Watched} options
 * @returns {Promise<number>} its exit code; 127 when it could not be started, 128 when a signal ended it
 */
export function watch(command, args, { env = cleanEnvironment(), cwd, terminal = false, letFinish = false, onLine }) {
  return new Promise((resolve) => {
    // In a group of its own, so that whatever it started ends with us: a compiler has compilers.
    const detached = !terminal && process.platform !== "win32";
    const child = spawn(command, args, { cwd, env, detached, stdio: [terminal ? "inherit" : "ignore", "pipe", "pipe"] });
    const stop = () => endGroup(detached ? -(child.pid ?? 0) : (child.pid ?? 0));
    if (!letFinish) process.once("exit", stop);
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        const lines = (rest + text).split(/\r\n|\n|\r/);
        rest = lines.pop() ?? "";
        for (const line of lines) onLine(line);
      });
      stream.on("end", () => {
        if (rest !== "") onLine(rest);
      });
    }
    child.on("error", (error) => {
      onLine(`${command}: ${error.message}`);
      resolve(127);
    });
    child.on("close", (code) => {
      process.off("exit", stop);
      resolve(code ?? 128);
    });
  });
}

/**
 * Runs a command to its end, and keeps the last 30 lines that it printed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Promise<{ code: number, tail: string }>}
 */
export async function keepingTail(command, args, cwd) {
  /** @type {string[]} */
  const lines = [];
  const onLine = (/** @type {string} */ line) => {
    if (lines.push(line) > 30) lines.shift();
  };
  const code = await watch(command, args, { cwd, env: cleanEnvironment({ CI: "true" }), onLine });
  return { code, tail: lines.join("\n") };
}

/** @param {number} pid negative for a group */
function endGroup(pid) {
  try {
    if (pid !== 0) process.kill(pid, "SIGTERM");
  } catch {
    // ended already
  }
}
