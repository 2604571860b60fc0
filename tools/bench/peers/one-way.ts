// Ours beside the peers: svc-sender to svc-receiver as a user runs them, encryption, process split and send window on, no window.

import { setTimeout as sleep } from "node:timers/promises";

import { otherCores, readMachine, total } from "../cpu-use.ts";
import { warmUpS } from "../live-call.ts";
import { measureSide } from "../live-side.ts";
import { Program } from "../program.ts";
import type { LinkEnd } from "../slow-link.ts";
import { type FootageSource, frameRate as footageFrameRate } from "./footage.ts";
import type { PeerMeasurement } from "./peer.ts";

/** What our programs are told. */
export interface OneWayRequest {
  readonly source: FootageSource;
  readonly codec: "h264" | "jpeg";
  /** undefined: the codec's default. */
  readonly bitrateBps?: number;
  /** Default that of the footage. */
  readonly frameRate?: number;
  readonly seconds: number;
  readonly link?: readonly [LinkEnd, LinkEnd] | undefined;
}

/** What they did. */
export interface OneWayMeasurement extends PeerMeasurement {
  readonly cpuMs: number;
  readonly bytesPerFrame: number;
  /** Pictures whose barcode was not theirs; 0 unless there is a defect. */
  readonly mismatched: number;
}

/** Runs and measures them. @throws BenchError */
export async function measureOneWay(request: OneWayRequest): Promise<OneWayMeasurement> {
  const { link: [near, far] = [], seconds } = request;
  const listen = ["--listen", `${near?.address ?? "127.0.0.1"}:0`];
  const sender = new Program("sender", [...senderArguments(request), ...listen], near?.namespace);
  const programs = [sender];
  try {
    const { value } = await sender.first("invite");
    const receiver = new Program("receiver", [String(value["invite"]), "--no-window"], far?.namespace);
    programs.unshift(receiver);
    await receiver.first("first-picture");
    await sleep(warmUpS * 1000);
    const before = readMachine();
    const side = await measureSide([receiver, sender], seconds);
    const others = otherCores(before, readMachine(), total(side.cpuMs));
    const summary = receiver.first("summary");
    await receiver.stop();
    const { mismatched } = (await summary).value["barcodes"] as { mismatched: number };
    const { p50, p95, p99 } = side.latencyMs;
    return {
      p50Ms: p50,
      p95Ms: p95,
      p99Ms: p99,
      fps: side.fps,
      cpuMs: total(side.cpuMs) / side.shown,
      bytesPerFrame: side.bytesPerFrame,
      mismatched,
      otherCores: others,
    };
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
  }
}

function senderArguments({ source, codec, bitrateBps, frameRate = footageFrameRate }: OneWayRequest): readonly string[] {
  const from =
    "clip" in source
      ? ["--source", source.clip, "--loop"]
      : ["--source", "motion", "--camera-size", `${source.widthPx}x${source.heightPx}`];
  const rate = bitrateBps === undefined ? [] : ["--video-bit-rate", String(bitrateBps)];
  return [...from, "--barcode", "--video-codec", codec, "--max-fps", String(frameRate), ...rate];
}
