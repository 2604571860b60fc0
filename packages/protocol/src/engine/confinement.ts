// What an engine may use of the computer it runs on: so much memory, so many files, no network. Set before its first instruction, by the
// shell that becomes it; where the system has no such limit the engine runs without, and nobody is told (docs/reliability.md says where).

import { existsSync } from "node:fs";

import { x11Addresses } from "./screen.ts";

/** What an engine may use. */
export interface Confinement {
  /** Private writable memory, MiB: heaps, stacks, pictures. Not what libraries map of their files. An allocation beyond it fails. */
  readonly dataMiB: number;
  /** Descriptors open at a time. */
  readonly files: number;
  /**
   * - `none`: a network namespace of its own with nothing in it, where the system allows that. Sockets that are files (X11, Wayland,
   *   PulseAudio, PipeWire) and devices can be reached as ever.
   * - `shared`: the network of whoever starts it.
   */
  readonly network: "none" | "shared";
}

/** A program and its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/**
 * $1 descriptors, $2 KiB of data, $3 the network, then the command. Core dumps would hold pictures. A namespace is tried before it is used:
 * some systems have no unshare, and some let it make a namespace and then forbid what has to be done in it (Ubuntu's AppArmor). Root needs
 * no user namespace, and would lose by one its right to raise priorities; others stay who they are within theirs.
 */
const script = `
{ ulimit -c 0; ulimit -n "$1"; ulimit -d "$2"; } 2>/dev/null
network=$3
shift 3
if [ "$network" = none ]; then
  for apart in "unshare --net" "unshare --user --map-current-user --net"; do
    $apart true 2>/dev/null && exec $apart -- "$@"
  done
fi
exec "$@"
`;

/** `command` within its limits. It keeps its process id, its descriptors and its environment. */
export function confinedCommand(command: Command, confinement: Confinement, platform: NodeJS.Platform = process.platform): Command {
  if (platform === "win32") return command;
  const { files, dataMiB, network } = confinement;
  return ["/bin/sh", "-c", script, "sh", String(files), String(dataMiB * 1024), network, ...command];
}

/** Of an audio engine: Opus, an echo canceller and a noise suppressor in WebAssembly, and Node itself take a third of it. */
export function audioConfinement(env: NodeJS.ProcessEnv = process.env): Confinement {
  const { PULSE_SERVER: server = "" } = env;
  // A sound server on another computer is asked for by its name; one of this computer has a socket that is a file.
  return { dataMiB: 512, files: 128, network: server === "" || server.includes("/") ? "none" : "shared" };
}

/** The network of an engine that has a window: one of its own, unless its display is reached by TCP (ssh -X) or by an abstract socket only. */
export function networkOfDisplay(env: NodeJS.ProcessEnv = process.env): Confinement["network"] {
  const { DISPLAY: display = "", WAYLAND_DISPLAY: wayland = "" } = env;
  if (display === "") return "none";
  const isFile = x11Addresses(display).some((address) => "path" in address && existsSync(address.path));
  // Qt takes Wayland where it is there, but falls back to X11.
  return isFile || (wayland !== "" && x11Addresses(display).length === 0) ? "none" : "shared";
}
