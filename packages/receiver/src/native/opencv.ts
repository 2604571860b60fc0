// The only file of this package that imports OpenCV: its window, and what a filter has. Loaded in the playback engine, and only when there is one of the two.

import {
  type FilterContext as EngineFilterContext,
  type FrameFilter as EngineFrameFilter,
  quietly,
} from "@simple-video-chat/protocol/engine";
import { opencvModule } from "@simple-video-chat/protocol/set-up";
import type { cv as openCv, Mat } from "@u4/opencv4nodejs";

export type { Mat };
/** OpenCV's functions. */
export type OpenCv = typeof openCv;
/** What a filter is given: {@link import("@simple-video-chat/protocol/engine").FilterContext}. */
export type FilterContext = EngineFilterContext<OpenCv>;
/** What a filter's module exports: {@link import("@simple-video-chat/protocol/engine").FrameFilter}. */
export type FrameFilter = EngineFrameFilter<Mat, OpenCv>;

/** Loads OpenCV (300 to 500 ms). @throws SetUpError when its binding was not compiled. */
export async function loadOpenCv(): Promise<OpenCv> {
  return quietly(async () => {
    const module = (await import(opencvModule(() => import.meta.resolve("@u4/opencv4nodejs")))) as typeof import("@u4/opencv4nodejs");
    return module.cv;
  });
}
