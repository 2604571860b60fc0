// The only file of this package that imports OpenCV. Loaded in the capture engine, never in the network process.

import { quietly } from "@simple-video-chat/protocol/engine";
import { opencvModule } from "@simple-video-chat/protocol/set-up";
import type { cv as openCv, Mat } from "@u4/opencv4nodejs";

export type { Mat };
/** OpenCV's functions. */
export type OpenCv = typeof openCv;

let loading: Promise<OpenCv> | undefined;

/** Loads OpenCV on the first call (300 to 500 ms). @throws SetUpError when its binding was not compiled. */
export function loadOpenCv(): Promise<OpenCv> {
  loading ??= quietly(async () => {
    const module = (await import(opencvModule(() => import.meta.resolve("@u4/opencv4nodejs")))) as typeof import("@u4/opencv4nodejs");
    return module.cv;
  });
  return loading;
}
