// Whether there is a screen to open a window on: asked before OpenCV opens one, since it ends the whole process where there is none.

import { connect, type NetConnectOpts } from "node:net";
import { isAbsolute, join } from "node:path";

/** A display server answers at once or is not there; a remote one gets a second. */
const answerTimeoutMs = 1000;
/** X11's first TCP port: display n listens on 6000 + n. */
const firstX11Port = 6000;

/**
 * Where the X server of a DISPLAY can be reached, in the order in which Xlib tries them.
 *
 * @param display as in the environment: ":0", ":99.0", "unix:0", "host:10.0", "[::1]:0" (man X, "DISPLAY NAMES")
 * @returns nothing when it names no display
 */
export function x11Addresses(display: string): readonly NetConnectOpts[] {
  const parts = /^(?:(tcp|inet6?|unix|local)\/)?(.*):(\d+)(?:\.\d+)?$/.exec(display);
  if (parts === null) return [];
  const [, protocol = "", host = "", numberText = ""] = parts;
  const isLocal = host === "" || host === "unix" || protocol === "unix" || protocol === "local" || host.endsWith("/unix");
  if (isLocal) {
    const path = `/tmp/.X11-unix/X${numberText}`;
    // On Linux an X server also listens on the abstract socket of the same name, which a container may see when it has no file.
    return [{ path: `\0${path}` }, { path }];
  }
  return [{ host: host.replaceAll(/^\[|\]$/g, ""), port: firstX11Port + Number(numberText) }];
}

/** Whether a display server answers: X11's by DISPLAY, or Wayland's by WAYLAND_DISPLAY. Other systems than Linux always have their screen. */
export async function isScreenReachable(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const { DISPLAY: x11, WAYLAND_DISPLAY: wayland, XDG_RUNTIME_DIR: runtimeFolder = "" } = env;
  const addresses: NetConnectOpts[] = x11 === undefined ? [] : [...x11Addresses(x11)];
  if (wayland !== undefined && wayland !== "") addresses.push({ path: isAbsolute(wayland) ? wayland : join(runtimeFolder, wayland) });
  for (const address of addresses) {
    if (await answers(address)) return true;
  }
  return false;
}

function answers(address: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...address, timeout: answerTimeoutMs });
    const settle = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
    socket.once("timeout", () => settle(false));
  });
}
