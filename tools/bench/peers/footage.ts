// The pictures that all programs get: recorded once from the moving scene or the clip, raw, in a temporary file.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { SourceSpec } from "../../../packages/sender/dist/capture/source-spec.js";
import { atEnd } from "./at-end.ts";
import { rawAviHeader } from "./raw-avi.ts";

/** Recorded pictures: packed BGR, one after the other, to be played again and again. */
export interface Footage {
  readonly path: string;
  /** The same pictures as a video file, which our sender reads; see raw-avi.ts. */
  readonly videoPath: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** CPU that reading that file took for a picture, at its pace, ms. */
  readonly sourceMs: number;
}

/** What is recorded of: a clip, or the moving scene at this size. */
export type FootageSource = { readonly clip: string } | { readonly widthPx: number; readonly heightPx: number };

/** What record-footage.js is told. */
export interface RecordRequest {
  readonly source: SourceSpec;
  readonly path: string;
  readonly videoPath: string;
}

/** Pictures taken of our sender's file, to see what reading it costs, once those that come first have been. */
export const surveyedPictures = 30;
/** Two seconds: more than caches hold, and a file of 330 MB at 1280×720. */
export const recordedPictures = 61;
/** Of the recording, and of all that plays it at its pace; Hz. */
export const frameRate = 30;

const recorded = new Map<string, Promise<Footage>>();
let folder: string | undefined;

/** The order in which recorded pictures are played: forth and back, so that nothing jumps, which would cost bits. */
export function toAndFro(count: number): number[] {
  const forth = Array.from({ length: count }, (_, index) => index);
  return [...forth, ...forth.slice(1, -1).reverse()];
}

/** Records, or gives what was recorded of the same source before. The files go when this process ends. */
export function footageOf(source: FootageSource): Promise<Footage> {
  const key = JSON.stringify(source);
  const footage = recorded.get(key) ?? record(source, join(temporaryFolder(), `${recorded.size}.bgr`));
  recorded.set(key, footage);
  return footage;
}

/** Has the file that our sender reads played at another frame rate, Hz. Not while it is read. */
export async function setFrameRate({ videoPath, widthPx, heightPx }: Footage, rate: number): Promise<void> {
  const file = await open(videoPath, "r+");
  const header = rawAviHeader({ widthPx, heightPx, frames: toAndFro(recordedPictures).length, frameRate: rate });
  await file.write(header, 0, header.byteLength, 0);
  await file.close();
}

/** A folder for this process, which goes when it ends. */
export function temporaryFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), "svc-bench-"));
    atEnd(() => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return folder;
}

async function record(source: FootageSource, path: string): Promise<Footage> {
  const request: RecordRequest = {
    source: "clip" in source ? { kind: "file", path: source.clip, loop: true } : { kind: "motion", ...source, frameRate },
    path,
    videoPath: `${path}.avi`,
  };
  const program = fileURLToPath(new URL("record-footage.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(request)]);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Footage;
}
