// Where the sound server of this user listens: PulseAudio, or PipeWire in its place, which speaks the same protocol.
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** Bytes of the cookie that tells PulseAudio who may connect; on the same computer it goes by the user, and zeros do. */
const cookieBytes = 256;

/** Paths of the sockets to try, in this order; empty when the environment names a server on another computer. */
export function pulseSocketPaths(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const { PULSE_SERVER: server, PULSE_RUNTIME_PATH: runtimePath, XDG_RUNTIME_DIR: userRuntime } = env;
  if (server !== undefined && server !== "") {
    // "{machine}unix:/path other", see "Server string" in PulseAudio's manual.
    return server
      .split(/\s+/u)
      .map((each) => each.replace(/^\{[^}]*\}/u, "").replace(/^unix:/u, ""))
      .filter((each) => each.startsWith("/"));
  }
  const paths: string[] = [];
  if (runtimePath !== undefined && runtimePath !== "") paths.push(join(runtimePath, "native"));
  if (userRuntime !== undefined && userRuntime !== "") paths.push(join(userRuntime, "pulse", "native"));
  return paths;
}

/** The cookie of this user, if there is one. */
export async function readPulseCookie(env: NodeJS.ProcessEnv = process.env): Promise<Uint8Array> {
  const configFolder = env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config");
  const paths = [env["PULSE_COOKIE"], join(configFolder, "pulse", "cookie"), join(homedir(), ".pulse-cookie")];
  for (const path of paths) {
    if (path === undefined || path === "") continue;
    const cookie = await readFile(path).catch(() => undefined);
    if (cookie?.byteLength === cookieBytes) return cookie;
  }
  return new Uint8Array(cookieBytes);
}
