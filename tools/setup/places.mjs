// Where things are: the repository, and the cache that outlives node_modules.

import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const repositoryFolder = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * The folder for what is made once and kept: pnpm and OpenCV's binding.
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
