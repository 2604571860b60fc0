// The only file of this package that imports OpenCV: its window. Loaded in the playback engine, and only when there is a window.

import { quietly } from "@simple-video-chat/protocol/engine";
import type { cv as openCv, Mat } from "@u4/opencv4nodejs";

export type { Mat };
/** OpenCV's functions. */
export type OpenCv = typeof openCv;

/** Loads OpenCV (300 to 500 ms). @throws whatever the binding throws when it was not built. */
export async function loadOpenCv(): Promise<OpenCv> {
  // Without it the binding's loader looks for an OpenCV that it would have built itself, and throws.
  process.env["OPENCV4NODEJS_DISABLE_AUTOBUILD"] ??= "1";
  // With it the binding tells V8 of each Mat's memory, now and then in the midst of a collection, which V8 ends the process for
  // ("Check failed: marking_done_", opencv4nodejs issue 134). Mats are released by whoever owns them, never left to the collector.
  process.env["OPENCV4NODEJS_DISABLE_EXTERNAL_MEM_TRACKING"] ??= "1";
  return (await quietly(() => import("@u4/opencv4nodejs"))).cv;
}
