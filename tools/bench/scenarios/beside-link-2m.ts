// A slow link, where programs without flow control queue: ours beside them.

import { besideScenario, quotient } from "../peers/beside.ts";
import { ffmpegBest, ffmpegTold } from "../peers/ffmpeg.ts";
import { opencvJpeg } from "../peers/python-peers.ts";
import type { Scenario } from "../scenario.ts";

/** `pnpm bench beside-link-2m`. */
export const besideLink2m: Scenario = besideScenario({
  name: "beside-link-2m",
  description:
    "2 Mbit/s, 50 ms one way, a queue of 100 ms, TCP cubic, 1280x720 at 30 fps: ours and ffmpeg untold, ffmpeg told 1.5 Mbit/s, JPEG (needs root)",
  link: { rateBps: 2e6, delayMs: 50 },
  ours: { "": { codec: "h264" } },
  peers: [ffmpegBest, ffmpegTold, opencvJpeg],
  ratios: [
    { name: "p50ToFfmpeg", label: "p50 / ffmpeg's best", of: quotient("p50Ms", "ffmpeg.p50Ms") },
    { name: "p50ToFfmpegTold", label: "p50 / ffmpeg told the rate", of: quotient("p50Ms", "ffmpegTold.p50Ms") },
    { name: "p95ToFfmpegTold", label: "p95 / ffmpeg told the rate", of: quotient("p95Ms", "ffmpegTold.p95Ms") },
    { name: "p50ToOpencv", label: "p50 / OpenCV's JPEG", of: quotient("p50Ms", "opencvJpeg.p50Ms") },
  ],
});
