// Recording ends before the disk is full: other programs need room too.

import { statfsSync } from "node:fs";
import { dirname } from "node:path";

import { RecordingError } from "./recording-error.ts";

/** Room that a recording leaves, bytes. */
export const minFreeBytes = 200_000_000;

/** @throws RecordingError disk-full when less than `minBytes` are free where `path` is */
export function checkFreeSpace(path: string, minBytes: number): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize >= minBytes) return;
  throw new RecordingError(
    "disk-full",
    `Less than ${Math.round(minBytes / 1_000_000)} MB are free where ${path} is: nothing more is recorded. Free some, or record to another disk.`,
  );
}
