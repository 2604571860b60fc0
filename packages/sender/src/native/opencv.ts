// The only file of this package that imports OpenCV. Loaded in the capture engine, never in the network process.

import { availableParallelism } from "node:os";

import {
  type FilterContext as EngineFilterContext,
  type FrameFilter as EngineFrameFilter,
  quietly,
} from "@simple-video-chat/protocol/engine";
import { opencvModule, SetUpError } from "@simple-video-chat/protocol/set-up";
import type { cv as openCv, Mat } from "@u4/opencv4nodejs";

export type { Mat };
/** OpenCV's functions. */
export type OpenCv = typeof openCv;
/** What a filter is given: {@link import("@simple-video-chat/protocol/engine").FilterContext}. */
export type FilterContext = EngineFilterContext<OpenCv>;
/** What a filter's module exports: {@link import("@simple-video-chat/protocol/engine").FrameFilter}. */
export type FrameFilter = EngineFrameFilter<Mat, OpenCv>;

/** With more cores some are left for OpenCV to be quicker with. */
const fewCores = 2;

let loading: Promise<OpenCv> | undefined;
let missing: string | undefined;

/**
 * Loads OpenCV on the first call (300 to 500 ms). Where its binding was not compiled, gives what stands in for it (plain/plain-opencv.ts): it has
 * what sources and encoders use, and no windows. {@link missingOpenCv} then says so.
 */
export function loadOpenCv(): Promise<OpenCv> {
  loading ??= quietly(async () => {
    try {
      const module = (await import(opencvModule(() => import.meta.resolve("@u4/opencv4nodejs")))) as typeof import("@u4/opencv4nodejs");
      // The encoder's threads have both cores already; those of OpenCV's would wait for them, spinning: 0.35 ms of processor time a 720p picture.
      if (availableParallelism() <= fewCores) module.cv.setNumThreads(1);
      return module.cv;
    } catch (error) {
      if (!(error instanceof SetUpError)) throw error;
      missing = error.message;
      const { plainOpenCv } = await import("../plain/plain-opencv.ts");
      return plainOpenCv;
    }
  });
  return loading;
}

/** After {@link loadOpenCv}: why OpenCV itself is not there, as a sentence for the user; undefined when it is. */
export function missingOpenCv(): string | undefined {
  return missing;
}
