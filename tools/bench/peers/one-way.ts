// Ours beside the peers: svc-sender to svc-receiver as a user runs them, encryption, process split and send window on, no window.

import { setTimeout as sleep } from "node:timers/promises";

import { otherCores, readMachine, total } from "../cpu-use.ts";
import { warmUpS } from "../live-call.ts";
import { measureSide } from "../live-side.ts";
import { withOneWayCall } from "../one-way-call.ts";
import { clockUs, latenciesOf, shownBetween } from "../shown-pictures.ts";
import type { LinkEnd } from "../slow-link.ts";
import { type FootageSource, frameRate as footageFrameRate } from "./footage.ts";
import type { PeerMeasurement } from "./peer.ts";

/**
 * Where full size takes many bits (JPEG, high frame rates) the sender begins with small pictures, and takes a step up every four seconds
 * when all goes well: seconds until it is at the top.
 */
export const climbS = 14;

/** What our programs are told. */
export interface OneWayRequest {
  readonly source: FootageSource;
  readonly codec: "h264" | "jpeg";
  /** undefined: the codec's default. */
  readonly bitrateBps?: number;
  /** Default that of the footage. */
  readonly frameRate?: number;
  /** Seconds that are left out after the first picture; default {@link warmUpS}. */
  readonly settleS?: number;
  readonly seconds: number;
  readonly ends?: readonly [LinkEnd, LinkEnd] | undefined;
}

/** What they did. */
export interface OneWayMeasurement extends PeerMeasurement {
  readonly cpuMs: number;
  readonly bytesPerFrame: number;
  /** At the end: the sender makes pictures smaller for a slow link or computer. */
  readonly widthPx: number;
  /** Pictures whose barcode was not theirs; 0 unless there is a defect. */
  readonly mismatched: number;
}

/** Runs and measures them. @throws BenchError */
export function measureOneWay(request: OneWayRequest): Promise<OneWayMeasurement> {
  const { ends, seconds, settleS = warmUpS } = request;
  return withOneWayCall(
    { sender: senderArguments(request), ...(ends !== undefined && { ends }) },
    async ({ sender, receiver, shown, end }) => {
      await sleep(settleS * 1000);
      const machine = readMachine();
      const fromUs = clockUs();
      const side = await measureSide([receiver, sender], seconds);
      const others = otherCores(machine, readMachine(), total(side.cpuMs));
      const pictures = shownBetween(shown, fromUs);
      const { p50, p95, p99 } = latenciesOf(pictures);
      const { mismatched = Number.NaN } = await end();
      return {
        p50Ms: p50,
        p95Ms: p95,
        p99Ms: p99,
        fps: side.fps,
        cpuMs: total(side.cpuMs) / side.shown,
        bytesPerFrame: pictures.reduce((sum, { bytes }) => sum + bytes, 0) / pictures.length,
        widthPx: side.lines.at(-1)?.widthPx ?? Number.NaN,
        mismatched,
        otherCores: others,
      };
    },
  );
}

/**
 * Frame rates that are tried one after the other to see how many pictures go through: ours has a pace, and a computer that cannot keep
 * it leaves pictures out. Where the sender makes its pictures smaller all the same, the rate does not count.
 */
const unpacedRates = [240, 180, 140, 110, 85, 65] as const;

/** As many pictures a second as go through at their full width. @throws BenchError */
export async function measureUnpaced(request: OneWayRequest, widthPx: number): Promise<OneWayMeasurement> {
  let measurement: OneWayMeasurement | undefined;
  for (const frameRate of unpacedRates) {
    measurement = await measureOneWay({ ...request, settleS: climbS, frameRate });
    if (measurement.widthPx === widthPx) return measurement;
  }
  if (measurement === undefined) throw new RangeError("no rates");
  return measurement;
}

function senderArguments({ source, codec, bitrateBps, frameRate = footageFrameRate }: OneWayRequest): readonly string[] {
  const from =
    "clip" in source
      ? ["--source", source.clip, "--loop"]
      : ["--source", "motion", "--camera-size", `${source.widthPx}x${source.heightPx}`];
  const rate = bitrateBps === undefined ? [] : ["--video-bit-rate", String(bitrateBps)];
  return [...from, "--video-codec", codec, "--max-fps", String(frameRate), ...rate];
}
