// Which cameras there are, and which one the user means. On Linux the kernel tells their names; elsewhere only an index is known.

import { existsSync, readdirSync, readFileSync } from "node:fs";

import { cleanText } from "@simple-video-chat/protocol";

/** A camera as OpenCV opens it. */
export interface Camera {
  /** Index, or path of the device. */
  readonly device: number | string;
  readonly name: string;
  /** False when the system says that there is no such device; true when there is one, or when it cannot be known. */
  readonly present: boolean;
}

const v4l2Folder = "/sys/class/video4linux";

/** The capture devices of this computer, by index. Empty where the system does not list them without opening them. */
export function listCameras(folder: string = v4l2Folder): readonly Camera[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((entry) => {
      const index = /^video(\d+)$/.exec(entry)?.[1];
      // A webcam has a second node, index 1, for its metadata: it gives no pictures.
      if (index === undefined || readLine(`${folder}/${entry}/index`) !== "0") return [];
      return [{ device: Number(index), name: readLine(`${folder}/${entry}/name`) || `camera ${index}`, present: true }];
    })
    .sort((a, b) => a.device - b.device);
}

/** The camera that the user means: an index, a device's path, or part of a name in any case. */
export function findCamera(wanted: string, folder: string = v4l2Folder): Camera {
  const cameras = listCameras(folder);
  if (/^\d+$/.test(wanted)) {
    const index = Number(wanted);
    const known = cameras.find((camera) => camera.device === index);
    return known ?? { device: index, name: wanted, present: process.platform !== "linux" };
  }
  if (wanted.startsWith("/")) return { device: wanted, name: wanted, present: existsSync(wanted) };
  const named = cameras.find((camera) => camera.name.toLowerCase().includes(wanted.toLowerCase()));
  return named ?? { device: wanted, name: wanted, present: false };
}

/** A device names itself: its name is cleaned like all that comes from outside. */
/** What to say when there is no such camera: the cameras that there are, or what to do without one. */
export function missingCamera(wanted: string, folder: string = v4l2Folder): string {
  const names = listCameras(folder).map(({ device, name }) => `${device} (${name})`);
  const choice =
    names.length === 0 ? "There is no other one either: plug one in" : `There is ${names.join(", ")}: choose one with --camera`;
  return `There is no camera ${wanted}. ${choice}, or use --source testcard.`;
}

function readLine(path: string): string {
  try {
    return cleanText(readFileSync(path, "utf8").trim(), { lines: false });
  } catch {
    return "";
  }
}
