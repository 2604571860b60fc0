// Who else has a camera open: on Linux the kernel shows each process's open files, to its owner.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";

import { cleanText } from "@simple-video-chat/protocol";

/** A process that has the camera open. */
export interface CameraHolder {
  readonly pid: number;
  /** The program's name, clean. */
  readonly name: string;
}

/** The other processes that have this device open, as far as this user may see. @param processes the kernel's folder of processes */
export function holdersOf(device: string, processes: string = "/proc"): readonly CameraHolder[] {
  return namesIn(processes)
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .filter((entry) => filesOf(`${processes}/${entry}/fd`).includes(device))
    .map((entry) => ({ pid: Number(entry), name: programName(`${processes}/${entry}/comm`) }));
}

/** "/dev/video0 is used by cheese (pid 123)"; undefined when nobody is seen to have it. */
export function holderSentence(device: string, holders: readonly CameraHolder[] = holdersOf(device)): string | undefined {
  if (holders.length === 0) return undefined;
  return `${device} is used by ${holders.map(({ name, pid }) => `${name} (pid ${pid})`).join(" and ")}`;
}

function filesOf(folder: string): readonly string[] {
  return namesIn(folder).map((fd) => {
    try {
      return readlinkSync(`${folder}/${fd}`);
    } catch {
      // Closed meanwhile.
      return "";
    }
  });
}

/** Nothing of what another user's processes have open is shown. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function programName(path: string): string {
  try {
    return cleanText(readFileSync(path, "utf8").trim(), { lines: false });
  } catch {
    return "a program";
  }
}
