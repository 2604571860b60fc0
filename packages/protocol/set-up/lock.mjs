// One set-up at a time for the same thing: a folder is the lock (mkdir is atomic everywhere), a file in it says whose it is, and its
// time is refreshed while it is held, so that the lock of a set-up that was killed is taken over.

import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const REFRESH_MS = 5_000;
const STALE_MS = 60_000;

/**
 * Runs `work` while no other process on this computer holds the lock of that name.
 * @template T
 * @param {string} folder where locks are kept
 * @param {string} name of the thing that is locked
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, name, work) {
  const path = join(folder, createHash("sha256").update(name).digest("hex").slice(0, 24));
  mkdirSync(folder, { recursive: true });
  await acquire(path);
  const release = () => rmSync(path, { recursive: true, force: true });
  const timer = setInterval(() => touch(path), REFRESH_MS);
  const stopped = stopOnSignal(release);
  process.once("exit", release);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    stopped();
    process.off("exit", release);
    release();
  }
}

/** @param {string} path */
async function acquire(path) {
  for (let said = false; ;) {
    try {
      mkdirSync(path);
      writeFileSync(join(path, "owner.json"), JSON.stringify({ pid: process.pid, host: hostname() }));
      return;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
    }
    if (isStale(path)) {
      takeAway(path);
      continue;
    }
    if (!said) process.stderr.write("Another set-up is at work here: waiting for it to finish.\n");
    said = true;
    await sleep(250);
  }
}

/**
 * @param {string} path of a lock
 * @returns {boolean} whether nobody holds it any more
 */
export function isStale(path) {
  try {
    const ageMs = Date.now() - statSync(path).mtimeMs;
    if (ageMs > STALE_MS) return true;
    if (!existsSync(join(path, "owner.json"))) return ageMs > 2_000;
    const owner = JSON.parse(readFileSync(join(path, "owner.json"), "utf8"));
    return owner.host === hostname() && !isAlive(owner.pid);
  } catch {
    return false;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/** @param {string} path */
function takeAway(path) {
  const away = `${path}.${randomUUID()}`;
  try {
    renameSync(path, away);
    rmSync(away, { recursive: true, force: true });
  } catch {
    // Someone else was faster: look again.
  }
}

/** @param {string} path */
function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // Taken away: the work goes on, the next one starts over.
  }
}

/**
 * Ctrl-C or a kill while set-up works: give the lock back, then end with the signal's own exit code.
 * @param {() => void} release
 * @returns {() => void} stops listening
 */
function stopOnSignal(release) {
  const signals = /** @type {const} */ ({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 });
  const listeners = Object.entries(signals).map(([signal, code]) => {
    const listener = () => {
      release();
      process.exit(code);
    };
    process.on(signal, listener);
    return () => process.off(signal, listener);
  });
  return () => listeners.forEach((stop) => stop());
}
