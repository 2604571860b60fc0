// CPU of one direction against the codec floor, measured one after the other in the same run.

import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { FloorRequest, FloorResult } from "../codec-floor.ts";
import { total, watchOthers } from "../cpu-use.ts";
import { sourceArguments, warmUpS } from "../live-call.ts";
import { measureSide } from "../live-side.ts";
import { withOneWayCall } from "../one-way-call.ts";
import type { Figures, Scenario, ScenarioOptions } from "../scenario.ts";

const frameRate = 30;
const bitrateBps = 2_000_000;
const floorFrames = 300;

/** `pnpm bench cpu`. */
export const cpu: Scenario = {
  name: "cpu",
  description:
    "svc-sender to svc-receiver, 1280x720, 30 fps, 2 Mbit/s: CPU of all processes, over that of the same encoder and decoder alone in a tight loop",
  figures: [
    { name: "cpuMs", label: "CPU a frame, all processes", unit: "ms", digits: 2 },
    { name: "senderNetworkMs", label: "… sender's network process", unit: "ms", digits: 2 },
    { name: "captureMs", label: "… capture engine, source included", unit: "ms", digits: 2 },
    { name: "receiverNetworkMs", label: "… receiver's network process", unit: "ms", digits: 2 },
    { name: "playbackMs", label: "… playback engine", unit: "ms", digits: 2 },
    { name: "sourceMs", label: "the source alone, at its pace", unit: "ms", digits: 2 },
    { name: "floorMs", label: "floor: conversion, encode, decode, conversion", unit: "ms", digits: 2, of: "peers" },
    { name: "floorEncodeMs", label: "… conversion and encode", unit: "ms", digits: 2, of: "peers" },
    { name: "floorDecodeMs", label: "… decode and conversion", unit: "ms", digits: 2, of: "peers" },
    { name: "cpuRatio", label: "all processes without the source / floor", unit: "", digits: 2, of: "ratios", goal: { atMost: 1.5 } },
    { name: "cpuRatioWithSource", label: "all processes / floor", unit: "", digits: 2, of: "ratios" },
    { name: "bytesPerFrame", label: "bytes a frame", unit: "", digits: 0 },
    { name: "floorBytesPerFrame", label: "bytes a frame of the floor", unit: "", digits: 0, of: "peers" },
    { name: "fps", label: "pictures shown", unit: "fps", digits: 2 },
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ],
  async measure(options): Promise<Figures> {
    const live = await measureOneWay(options);
    const floor = await measureFloor(options.clip);
    const floorMs = floor.encodeMs + floor.decodeMs;
    return {
      ...live,
      sourceMs: floor.sourceMs,
      floorMs,
      floorEncodeMs: floor.encodeMs,
      floorDecodeMs: floor.decodeMs,
      cpuRatio: (live.cpuMs - floor.sourceMs) / floorMs,
      cpuRatioWithSource: live.cpuMs / floorMs,
      floorBytesPerFrame: floor.bytesPerFrame,
    };
  },
};

function measureOneWay(options: ScenarioOptions): Promise<Figures & { readonly cpuMs: number }> {
  const rate = ["--max-fps", String(frameRate), "--video-bit-rate", String(bitrateBps), "--video-codec", "h264", "--no-audio"];
  const sender = [...sourceArguments(options), ...rate];
  return withOneWayCall({ sender, window: options.window, plain: true }, async (call) => {
    await sleep(warmUpS * 1000);
    const others = watchOthers();
    const { shown, fps, bytesPerFrame, cpuMs, byProgram } = await measureSide([call.receiver, call.sender], options.seconds);
    const otherCores = others();
    const [receiverCpu, senderCpu] = byProgram;
    return {
      cpuMs: total(cpuMs) / shown,
      senderNetworkMs: (senderCpu?.network ?? 0) / shown,
      captureMs: cpuMs.capture / shown,
      receiverNetworkMs: (receiverCpu?.network ?? 0) / shown,
      playbackMs: cpuMs.playback / shown,
      bytesPerFrame,
      fps,
      otherCores,
    };
  });
}

async function measureFloor(clip: string | undefined): Promise<FloorResult> {
  const source: FloorRequest["source"] =
    clip === undefined ? { kind: "motion", widthPx: 1280, heightPx: 720, frameRate } : { kind: "file", path: clip, loop: true };
  const request: FloorRequest = { source, frameRate, bitrateBps, frames: floorFrames };
  const program = fileURLToPath(new URL("../codec-floor.js", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(request)]);
  return JSON.parse(stdout.slice(stdout.lastIndexOf("\n", stdout.length - 2) + 1)) as FloorResult;
}
