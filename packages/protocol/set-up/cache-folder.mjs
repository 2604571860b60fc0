// Where what is made once is kept: outside node_modules, so that it outlives them.

import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { SetUpError } from "./set-up-error.mjs";

/**
 * The folder for what is made once and kept: OpenCV's binding, and the repository's pnpm.
 * @param {{ platform?: NodeJS.Platform, env?: NodeJS.ProcessEnv, home?: string }} [system] this computer unless a test says otherwise
 * @returns {string} an absolute path, which may not exist yet
 */
export function cacheFolder({ platform = process.platform, env = process.env, home = homedir() } = {}) {
  const name = "simple-video-chat";
  const xdg = env["XDG_CACHE_HOME"];
  if (xdg !== undefined && isAbsolute(xdg)) return join(xdg, name);
  if (platform === "darwin") return join(home, "Library", "Caches", name);
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(home, "AppData", "Local"), name, "Cache");
  return join(home, ".cache", name);
}

/**
 * @returns {string} the same folder, which exists now and can be written
 * @throws {SetUpError} when it cannot
 */
export function writableCacheFolder() {
  const cache = cacheFolder();
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
    return cache;
  } catch (cause) {
    const sentence = `Set-up keeps what it makes in ${cache}, and that cannot be written. Set XDG_CACHE_HOME to a folder that can.`;
    throw new SetUpError(sentence, { cause });
  }
}
