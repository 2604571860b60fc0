// How many pictures a second go through when the camera sets no limit: throughput, not delay.

import { besideScenario, quotient } from "../peers/beside.ts";
import { floorJpeg, floorSuperfast, floorUltrafast } from "../peers/c-floor.ts";
import { ffmpegBest, ffmpegSame } from "../peers/ffmpeg.ts";
import { opencvJpeg } from "../peers/python-peers.ts";
import type { Scenario } from "../scenario.ts";
import { jpegBitrateBps } from "./beside-jpeg.ts";

/**
 * NetGear (VidGear's way of sending video, JPEG) did 142 pictures a second where the floor in C did 305. Its share of the floor stands for
 * it on any computer.
 */
const netGearShare = 142 / 305;

/** `pnpm bench beside-unpaced`. */
export const besideUnpaced: Scenario = besideScenario({
  name: "beside-unpaced",
  description: "pictures a second on loopback, 1280x720, without a limit (ours: the highest of some frame rates that keeps pictures whole)",
  unpaced: true,
  // As many bits a picture as at 30 a second: a starved encoder would have it easier.
  ours: { h264: { codec: "h264", bitrateBps: 16_000_000 }, jpeg: { codec: "jpeg", bitrateBps: 8 * jpegBitrateBps } },
  peers: [ffmpegBest, ffmpegSame, opencvJpeg, floorJpeg, floorUltrafast, floorSuperfast],
  ratios: [
    { name: "h264ToFfmpeg", label: "H.264 / ffmpeg's best", goal: { atLeast: 1 }, of: quotient("h264.fps", "ffmpeg.fps") },
    { name: "h264ToFfmpegSame", label: "H.264 / ffmpeg's at our preset", of: quotient("h264.fps", "ffmpegSame.fps") },
    {
      name: "jpegToNetGear",
      label: "JPEG / NetGear's share of the floor in C",
      goal: { atLeast: 1.4 },
      of: quotient("jpeg.fps", (figures) => (figures["floorJpeg.fps"] === undefined ? undefined : figures["floorJpeg.fps"] * netGearShare)),
    },
    { name: "jpegToOpencv", label: "JPEG / OpenCV's JPEG", of: quotient("jpeg.fps", "opencvJpeg.fps") },
    { name: "jpegToFloor", label: "JPEG / floor in C", of: quotient("jpeg.fps", "floorJpeg.fps") },
  ],
});
