// The original's own size, where raw pictures cost least: both of our codecs beside it.

import { besideScenario, quotient } from "../peers/beside.ts";
import { floorJpeg, floorSuperfast } from "../peers/c-floor.ts";
import { climbS } from "../peers/one-way.ts";
import { opencvJpeg, original } from "../peers/python-peers.ts";
import type { Scenario } from "../scenario.ts";
import { jpegBitrateBps } from "./beside-jpeg.ts";

/** `pnpm bench beside-480p`. */
export const beside480p: Scenario = besideScenario({
  name: "beside-480p",
  description:
    "capture to decoded BGR picture on loopback, 640x480, 30 fps, the moving scene: the Python original, OpenCV's JPEG, the floor in C",
  size: { widthPx: 640, heightPx: 480 },
  ours: { h264: { codec: "h264", bitrateBps: 2_000_000 }, jpeg: { codec: "jpeg", bitrateBps: jpegBitrateBps, settleS: climbS } },
  peers: [original, opencvJpeg, floorSuperfast, floorJpeg],
  ratios: [
    {
      name: "h264ToOriginal",
      label: "p50 of H.264 / the Python original",
      goal: { atMost: 0.7 },
      of: quotient("h264.p50Ms", "original.p50Ms"),
    },
    {
      name: "jpegToOriginal",
      label: "p50 of JPEG / the Python original",
      goal: { atMost: 0.7 },
      of: quotient("jpeg.p50Ms", "original.p50Ms"),
    },
    { name: "jpegToOpencv", label: "p50 of JPEG / OpenCV's JPEG", of: quotient("jpeg.p50Ms", "opencvJpeg.p50Ms") },
    { name: "h264ToFloor", label: "p50 of H.264 / floor in C, superfast", of: quotient("h264.p50Ms", "floorSuperfast.p50Ms") },
    { name: "jpegToFloor", label: "p50 of JPEG / floor in C", of: quotient("jpeg.p50Ms", "floorJpeg.p50Ms") },
  ],
});
