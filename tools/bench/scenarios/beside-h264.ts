// H.264 beside the programs that people use for it, and beside the least that it can cost.

import { besideScenario, difference, quotient } from "../peers/beside.ts";
import { floorSame, floorSuperfast, floorUltrafast } from "../peers/c-floor.ts";
import { ffmpegBest, ffmpegSame, ffmpegSuperfast, ffmpegUsual } from "../peers/ffmpeg.ts";
import { gstreamer } from "../peers/gstreamer.ts";
import { passThrough } from "../peers/pipe-peer.ts";
import { original } from "../peers/python-peers.ts";
import { webrtc } from "../peers/webrtc.ts";
import type { Scenario } from "../scenario.ts";

/** `pnpm bench beside-h264`. */
export const besideH264: Scenario = besideScenario({
  name: "beside-h264",
  description:
    "capture to decoded BGR picture on loopback, 1280x720, 30 fps, H.264, ours at 2 Mbit/s: ffmpeg, GStreamer, Chromium, the original, the floor in C",
  ours: { "": { codec: "h264", bitrateBps: 2_000_000 } },
  peers: [
    passThrough,
    ffmpegBest,
    ffmpegSuperfast,
    ffmpegSame,
    ffmpegUsual,
    gstreamer,
    original,
    floorUltrafast,
    floorSuperfast,
    floorSame,
    webrtc,
  ],
  ratios: [
    { name: "p50ToFfmpeg", label: "p50 / ffmpeg's best", goal: { atMost: 0.9 }, of: quotient("p50Ms", "ffmpeg.p50Ms") },
    {
      name: "p50ToFfmpegAlone",
      label: "p50 / ffmpeg's best without its pipes' share",
      of: quotient("p50Ms", difference("ffmpeg.p50Ms", "pipes.p50Ms")),
    },
    { name: "p50ToWebrtc", label: "p50 / Chromium's WebRTC", goal: { atMost: 0.55 }, of: quotient("p50Ms", "webrtc.p50Ms") },
    { name: "p50ToGstreamer", label: "p50 / GStreamer's best", of: quotient("p50Ms", "gstreamer.p50Ms") },
    { name: "p50ToOriginal", label: "p50 / the Python original", of: quotient("p50Ms", "original.p50Ms") },
    { name: "p50ToFloor", label: "p50 / floor in C, superfast", of: quotient("p50Ms", "floorSuperfast.p50Ms") },
    { name: "p99ToP50", label: "p99 / p50", goal: { atMost: 1.6 }, of: quotient("p99Ms", "p50Ms") },
    {
      name: "cpuToFfmpeg",
      label: "CPU / ffmpeg's at the same preset and bitrate, without our source and its pipes",
      goal: { atMost: 0.95 },
      of: quotient(difference("cpuMs", "sourceMs"), difference("ffmpegSame.cpuMs", "pipes.cpuMs")),
    },
    {
      name: "floorCpuToFfmpeg",
      label: "the same of the floor in C, superfast, 2 threads",
      of: quotient("floorSuperfast.cpuMs", difference("ffmpegSame.cpuMs", "pipes.cpuMs")),
    },
    {
      name: "cpuToFloor",
      label: "CPU / floor in C, superfast, 2 threads, without our source",
      of: quotient(difference("cpuMs", "sourceMs"), "floorSuperfast.cpuMs"),
    },
    { name: "cpuToFfmpegAll", label: "CPU / the same, with our source and its pipes", of: quotient("cpuMs", "ffmpegSame.cpuMs") },
  ],
});
