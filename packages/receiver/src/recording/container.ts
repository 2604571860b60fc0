// The kinds of files that are recorded, by the name's ending.

import { extname } from "node:path";

import { RecordingError } from "./recording-error.ts";

const containers = { ".mp4": "mp4", ".m4v": "mp4", ".mkv": "matroska" } as const;

/** A kind of file, by FFmpeg's name. */
export type Container = (typeof containers)[keyof typeof containers];

/** The kind of file that a name asks for. @throws RecordingError unknown-format */
export function containerOf(path: string): Container {
  const ending = extname(path).toLowerCase();
  for (const [known, container] of Object.entries(containers)) if (known === ending) return container;
  throw new RecordingError("unknown-format", `A recording ends in .mp4 or .mkv, and ${path} does not.`);
}
