// JPEG at quality 80 beside Python programs that send it with OpenCV, and beside the least that it can cost.

import { besideScenario, quotient } from "../peers/beside.ts";
import { floorJpeg } from "../peers/c-floor.ts";
import { climbS } from "../peers/one-way.ts";
import { opencvJpeg } from "../peers/python-peers.ts";
import type { Scenario } from "../scenario.ts";

/** So much that our encoder stays at its best quality, 80. */
export const jpegBitrateBps = 100_000_000;

/** `pnpm bench beside-jpeg`. */
export const besideJpeg: Scenario = besideScenario({
  name: "beside-jpeg",
  description:
    "capture to decoded BGR picture on loopback, 1280x720, 30 fps, JPEG of quality 80: OpenCV over TCP in Python, turbojpeg in C",
  ours: { "": { codec: "jpeg", bitrateBps: jpegBitrateBps, settleS: climbS } },
  peers: [opencvJpeg, floorJpeg],
  ratios: [
    { name: "p50ToOpencv", label: "p50 / OpenCV's JPEG", goal: { atMost: 0.85 }, of: quotient("p50Ms", "opencvJpeg.p50Ms") },
    { name: "p50ToFloor", label: "p50 / floor in C", goal: { atMost: 1.25 }, of: quotient("p50Ms", "floorJpeg.p50Ms") },
    { name: "p99ToP50", label: "p99 / p50", of: quotient("p99Ms", "p50Ms") },
    { name: "cpuToFloor", label: "CPU / floor in C", of: quotient("cpuMs", "floorJpeg.cpuMs") },
    { name: "bytesToFloor", label: "bytes / floor in C: 1 is the same quality", of: quotient("bytesPerFrame", "floorJpeg.bytesPerFrame") },
  ],
});
