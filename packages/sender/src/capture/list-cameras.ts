// All cameras with their sizes, rates and users. The sizes are read by FFmpeg, in a process of its own.

import { askProcess } from "@simple-video-chat/protocol/engine";

import { holdersOf, type CameraHolder } from "./camera-holder.ts";
import type { WantedFormat } from "./camera-format.ts";
import { listCameras } from "./cameras.ts";

/** A camera with what it can do. */
export interface CameraDetails {
  /** Its index, which `--camera` takes. */
  readonly camera: string;
  readonly name: string;
  /** Sizes with the highest rate of each, the largest first; empty where the system does not say. */
  readonly modes: readonly WantedFormat[];
  readonly usedBy: readonly CameraHolder[];
}

/** What the process that reads the sizes answers: by device on Linux, and all there is elsewhere. */
export interface CameraAnswer {
  readonly device: string;
  readonly name: string;
  readonly modes: readonly WantedFormat[];
}

/** Lists the cameras, in the order of their indexes. */
export async function listCameraDetails(platform: NodeJS.Platform = process.platform): Promise<readonly CameraDetails[]> {
  const known = platform === "linux" ? listCameras() : undefined;
  if (known?.length === 0) return [];
  const answers = ((await askProcess(new URL("../engine/list-cameras-main.js", import.meta.url))) ?? []) as readonly CameraAnswer[];
  if (known === undefined) return answers.map(({ name, modes }, index) => ({ camera: String(index), name, modes, usedBy: [] }));
  return known.map(({ device, name }) => {
    const path = `/dev/video${device}`;
    const modes = answers.find((answer) => answer.device === path)?.modes ?? [];
    return { camera: String(device), name, modes, usedBy: holdersOf(path) };
  });
}
