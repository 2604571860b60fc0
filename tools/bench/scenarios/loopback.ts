// One direction on one computer at several sizes and rates: pictures, delay, CPU, bytes, memory and picture quality.

import { setTimeout as sleep } from "node:timers/promises";

import type { VideoCodec } from "@simple-video-chat/protocol";

import { type ByRole, total, watchOthers } from "../cpu-use.ts";
import { warmUpS } from "../live-call.ts";
import { measureSide } from "../live-side.ts";
import { accountFigures, withOneWayCall } from "../one-way-call.ts";
import { measureQuality, qualityFigures } from "../quality-figures.ts";
import type { Figures, Scenario, ScenarioOptions } from "../scenario.ts";
import { clockUs, latenciesOf, shownBetween } from "../shown-pictures.ts";

interface LoopbackCall {
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameRate: number;
  readonly codec: VideoCodec;
  /** The cap given to the sender, bits a second: what a call of this size is held with. */
  readonly bitrateBps: number;
}

const sizes = [
  { short: "480p", widthPx: 640, heightPx: 480, bitrateBps: 1e6 },
  { short: "720p", widthPx: 1280, heightPx: 720, bitrateBps: 2e6 },
  { short: "1080p", widthPx: 1920, heightPx: 1080, bitrateBps: 4e6 },
] as const;
/** The sender's usual cap for JPEG. */
const jpegBitrateBps = 4e7;
const mebibyte = 2 ** 20;
/** p99 / p50 of a usual call. */
const mostSpread = 1.6;

const calls: readonly LoopbackCall[] = [
  ...[30, 60].flatMap((frameRate) =>
    sizes.map(({ short, ...size }) => ({ ...size, name: `loopback-${short}${frameRate}`, frameRate, codec: "h264" as const })),
  ),
  ...sizes.slice(0, 2).map(({ short, ...size }) => ({
    ...size,
    name: `loopback-${short}30-jpeg`,
    frameRate: 30,
    codec: "jpeg" as const,
    bitrateBps: jpegBitrateBps,
  })),
];

/** `pnpm bench loopback-720p30` and its like. */
export const loopback: readonly Scenario[] = calls.map((call) => ({
  name: call.name,
  description: `svc-sender to svc-receiver, ${call.widthPx}x${call.heightPx}, ${call.frameRate} fps, ${call.codec}, at most ${call.bitrateBps / 1e6} Mbit/s`,
  figures: [
    { name: "fps", label: "pictures shown", unit: "fps", digits: 2 },
    { name: "latencyP50Ms", label: "capture to display, p50", unit: "ms", digits: 1 },
    { name: "latencyP95Ms", label: "capture to display, p95", unit: "ms", digits: 1 },
    { name: "latencyP99Ms", label: "capture to display, p99", unit: "ms", digits: 1 },
    {
      name: "p99OverP50",
      label: "p99 / p50",
      unit: "",
      digits: 2,
      of: "ratios",
      ...(call.name === "loopback-720p30" && { goal: { atMost: mostSpread } }),
    },
    { name: "bytesPerFrame", label: "bytes a frame", unit: "", digits: 0 },
    ...qualityFigures,
    { name: "cpuMs", label: "CPU a frame, all processes", unit: "ms", digits: 2 },
    { name: "cpuPer300S", label: "CPU of 300 frames, all processes", unit: "s", digits: 2 },
    { name: "senderNetworkMs", label: "CPU a frame, sender's network process", unit: "ms", digits: 2 },
    { name: "captureMs", label: "CPU a frame, capture engine, source included", unit: "ms", digits: 2 },
    { name: "receiverNetworkMs", label: "CPU a frame, receiver's network process", unit: "ms", digits: 2 },
    { name: "playbackMs", label: "CPU a frame, playback engine", unit: "ms", digits: 2 },
    { name: "senderRssMib", label: "RSS of the sender, all processes", unit: "MiB", digits: 0 },
    { name: "senderPssMib", label: "PSS of the sender, all processes", unit: "MiB", digits: 0 },
    { name: "receiverRssMib", label: "RSS of the receiver, all processes", unit: "MiB", digits: 0 },
    { name: "receiverPssMib", label: "PSS of the receiver, all processes", unit: "MiB", digits: 0 },
    ...accountFigures,
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ],
  measure: (options) => measure(call, options),
}));

function measure(call: LoopbackCall, options: ScenarioOptions): Promise<Figures> {
  return withOneWayCall(
    { sender: senderArguments(call, options), window: options.window },
    async ({ sender, receiver, shown, address, end }) => {
      await sleep(warmUpS * 1000);
      const others = watchOthers();
      const fromUs = clockUs();
      const side = await measureSide([receiver, sender], options.seconds);
      const otherCores = others();
      const pictures = shownBetween(shown, fromUs);
      const { p50, p95, p99 } = latenciesOf(pictures);
      const account = await end();
      const mib = (bytes: ByRole | undefined): number => (bytes === undefined ? Number.NaN : total(bytes) / mebibyte);
      const [receiverCpu, senderCpu] = side.byProgram;
      const cpuMs = total(side.cpuMs) / side.shown;
      return {
        fps: side.fps,
        latencyP50Ms: p50,
        latencyP95Ms: p95,
        latencyP99Ms: p99,
        p99OverP50: p99 / p50,
        bytesPerFrame: pictures.reduce((sum, { bytes }) => sum + bytes, 0) / pictures.length,
        ...(await measureQuality(address, { ...call, settleS: warmUpS }, options)),
        cpuMs,
        cpuPer300S: (cpuMs * 300) / 1000,
        senderNetworkMs: (senderCpu?.network ?? Number.NaN) / side.shown,
        captureMs: side.cpuMs.capture / side.shown,
        receiverNetworkMs: (receiverCpu?.network ?? Number.NaN) / side.shown,
        playbackMs: side.cpuMs.playback / side.shown,
        senderRssMib: mib(side.rssByProgram[1]),
        senderPssMib: mib(side.pssByProgram[1]),
        receiverRssMib: mib(side.rssByProgram[0]),
        receiverPssMib: mib(side.pssByProgram[0]),
        ...account,
        otherCores,
      };
    },
  );
}

function senderArguments({ widthPx, heightPx, frameRate, codec, bitrateBps }: LoopbackCall, { clip }: ScenarioOptions): readonly string[] {
  const source = clip === undefined ? ["--source", "motion", "--camera-size", `${widthPx}x${heightPx}`] : ["--source", clip, "--loop"];
  const rate = ["--max-fps", String(frameRate), "--video-codec", codec, "--video-bit-rate", String(bitrateBps)];
  return [...source, "--max-size", String(widthPx), ...rate];
}
