// Where the user's own files of ours are: the folder that the platform has for such.
import { homedir } from "node:os";
import { join } from "node:path";

const name = "simple-video-chat";

/** Where to look. */
export interface ConfigPlace {
  readonly platform?: NodeJS.Platform;
  readonly env?: NodeJS.ProcessEnv;
  readonly home?: string;
}

/** The folder for what lasts: ~/.config/simple-video-chat or what XDG_CONFIG_HOME says; on macOS and Windows where those have it. */
export function configFolder({ platform = process.platform, env = process.env, home = homedir() }: ConfigPlace = {}): string {
  if (platform === "darwin") return join(home, "Library", "Application Support", name);
  if (platform === "win32") return join(env["APPDATA"] ?? join(home, "AppData", "Roaming"), name);
  // Relative paths there are invalid, and to be ignored (XDG Base Directory Specification).
  const base = env["XDG_CONFIG_HOME"];
  return join(base?.startsWith("/") === true ? base : join(home, ".config"), name);
}
