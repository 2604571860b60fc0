// floor.c, compiled when it is needed: the floor for a whole call.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { temporaryFolder } from "./footage.ts";
import { measurePair } from "./measure-pair.ts";
import type { Peer } from "./peer.ts";
import { findProgram } from "./peer-process.ts";

const source = fileURLToPath(new URL("../../../bench/peers/floor.c", import.meta.url));
const libraries = ["libavcodec", "libavutil", "libswscale", "libturbojpeg"];
const packages = "gcc libc6-dev pkg-config libavcodec-dev libswscale-dev libturbojpeg0-dev";

let compiled: { readonly program: string } | { readonly missing: string } | undefined;

function compile(): { readonly program: string } | { readonly missing: string } {
  const compiler = findProgram("gcc", "cc", "clang");
  const program = join(temporaryFolder(), "floor");
  try {
    if (compiler === undefined) return { missing: `not installed: apt-get install ${packages}` };
    const flags = execFileSync("pkg-config", ["--cflags", "--libs", ...libraries], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    execFileSync(compiler, ["-O2", "-march=native", "-o", program, source, ...flags.trim().split(/\s+/)], { stdio: "ignore" });
    return { program };
  } catch {
    return { missing: `not to be compiled: apt-get install ${packages}` };
  }
}

function cFloor(name: string, label: string, codec: string): Peer {
  const theProgram = (): string => {
    compiled ??= compile();
    return "program" in compiled ? compiled.program : "";
  };
  return {
    name,
    label,
    missing: () => {
      compiled ??= compile();
      return "missing" in compiled ? compiled.missing : undefined;
    },
    measure: (request) => {
      const { path, widthPx, heightPx } = request.footage;
      const size = [String(widthPx), String(heightPx)];
      return measurePair(
        {
          listens: "receiver",
          sender: ({ host, port }) => [theProgram(), "send", host, String(port), path, ...size, String(request.frameRate), codec],
          receiver: ({ port }) => [theProgram(), "receive", String(port), ...size, codec],
        },
        request,
      );
    },
  };
}

/** turbojpeg at quality 80. */
export const floorJpeg: Peer = cFloor("floorJpeg", "floor in C, JPEG 80", "jpeg");
/** x264 at ultrafast, constant quality. */
export const floorUltrafast: Peer = cFloor("floorUltrafast", "floor in C, x264 ultrafast, 2 threads", "ultrafast:2:0");
/** x264 at our preset, constant quality: two threads, each a slice. */
export const floorSuperfast: Peer = cFloor("floorSuperfast", "floor in C, x264 superfast, 2 threads", "superfast:2:0");
/** The same on one thread, at our bitrate. */
export const floorSame: Peer = cFloor("floorSame", "floor in C, x264 superfast, 1 thread, 2 Mbit/s", "superfast:1:2000000");
