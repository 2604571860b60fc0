// The only file of this package that imports OpenCV: its window. Loaded in the playback engine, and only when there is a window.

import { quietly } from "@simple-video-chat/protocol/engine";
import { opencvModule } from "@simple-video-chat/protocol/set-up";
import type { cv as openCv, Mat } from "@u4/opencv4nodejs";

export type { Mat };
/** OpenCV's functions. */
export type OpenCv = typeof openCv;

/** Loads OpenCV (300 to 500 ms). @throws SetUpError when its binding was not compiled. */
export async function loadOpenCv(): Promise<OpenCv> {
  return quietly(async () => {
    const module = (await import(opencvModule(() => import.meta.resolve("@u4/opencv4nodejs")))) as typeof import("@u4/opencv4nodejs");
    return module.cv;
  });
}
