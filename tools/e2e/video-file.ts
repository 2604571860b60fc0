// Makes a small video file for tests, so that they need none from elsewhere.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { quietly } from "@simple-video-chat/protocol/engine";

/** A folder for a test's files, and how to be rid of it. */
export interface TestFolder {
  readonly path: string;
  remove(): void;
}

/** Makes an empty folder. */
export function makeFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), "svc-e2e-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** How long a video file is. */
export interface VideoFileOptions {
  readonly frames: number;
  /** Frames a second. */
  readonly frameRate: number;
}

/** Writes an AVI file (Motion JPEG, 320x240) with a square that wanders. */
export async function writeVideoFile(path: string, { frames, frameRate }: VideoFileOptions): Promise<void> {
  process.env["OPENCV4NODEJS_DISABLE_AUTOBUILD"] ??= "1";
  const { cv } = await quietly(() => import("@u4/opencv4nodejs"));
  const size = new cv.Size(320, 240);
  const writer = new cv.VideoWriter(path, cv.VideoWriter.fourcc("MJPG"), frameRate, size, true);
  for (let frame = 0; frame < frames; frame++) {
    const picture = new cv.Mat(size.height, size.width, cv.CV_8UC3, [60, 90, 120]);
    picture.drawRectangle(new cv.Point2(frame % 200, 80), new cv.Point2((frame % 200) + 80, 160), new cv.Vec3(255, 255, 255), -1);
    writer.write(picture);
    picture.release();
  }
  writer.release();
}
