// Ours beside the peers: svc-sender to svc-receiver as a user runs them, encryption, process split and send window on, no window.

import { setTimeout as sleep } from "node:timers/promises";

import { otherCores, readMachine, total } from "../cpu-use.ts";
import { warmUpS } from "../live-call.ts";
import { measureSide, type SideMeasurement } from "../live-side.ts";
import { type OneWayCall, withOneWayCall } from "../one-way-call.ts";
import { clockUs, latenciesOf, shownBetween } from "../shown-pictures.ts";
import type { LinkEnd } from "../slow-link.ts";
import { type Footage, frameRate as footageFrameRate, setFrameRate } from "./footage.ts";
import type { PeerMeasurement } from "./peer.ts";

/**
 * Where full size takes many bits (JPEG, high frame rates) the sender begins with small pictures, and takes a step up every four seconds
 * when all goes well: seconds until it is at the top.
 */
export const climbS = 14;

/** What our programs are told. */
export interface OneWayRequest {
  readonly footage: Footage;
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

/**
 * Runs and measures them, twice: once with a barcode in each picture and an event for each that is shown, to see how late each is and that
 * it is the right one; and once without, to see what CPU the work itself takes.
 *
 * @throws BenchError
 */
export async function measureOneWay(request: OneWayRequest): Promise<OneWayMeasurement> {
  const proven = await measureProven(request);
  const plain = await measurePlain(request);
  return { ...proven, cpuMs: plain.cpuMs, otherCores: Math.max(proven.otherCores, plain.otherCores) };
}

/** The delay of every picture, and that it is the right one. */
function measureProven(request: OneWayRequest): Promise<Omit<OneWayMeasurement, "cpuMs">> {
  return withSettledCall(request, { plain: false }, async ({ receiver, sender, shown, end }) => {
    const fromUs = clockUs();
    const side = await measureSide([receiver, sender], request.seconds);
    const pictures = shownBetween(shown, fromUs);
    const { p50, p95, p99 } = latenciesOf(pictures);
    const { mismatched = Number.NaN } = await end();
    const bytesPerFrame = pictures.reduce((sum, { bytes }) => sum + bytes, 0) / pictures.length;
    return { side, figures: { p50Ms: p50, p95Ms: p95, p99Ms: p99, bytesPerFrame, mismatched } };
  });
}

/** How many pictures, and what they cost, with nothing that is there to be measured with. */
function measurePlain(request: OneWayRequest): Promise<Omit<OneWayMeasurement, "mismatched">> {
  return withSettledCall(request, { plain: true }, async ({ receiver, sender }) => {
    const side = await measureSide([receiver, sender], request.seconds);
    const { p50: p50Ms, p95: p95Ms, p99: p99Ms } = side.latencyMs;
    return { side, figures: { p50Ms, p95Ms, p99Ms, cpuMs: total(side.cpuMs) / side.shown, bytesPerFrame: side.bytesPerFrame } };
  });
}

interface Settled<Result> {
  readonly side: SideMeasurement;
  readonly figures: Result;
}

type OfSide = Pick<OneWayMeasurement, "fps" | "otherCores" | "widthPx">;

async function withSettledCall<Result>(
  request: OneWayRequest,
  { plain }: { readonly plain: boolean },
  measure: (call: OneWayCall) => Promise<Settled<Result>>,
): Promise<OfSide & Result> {
  const { ends, footage, frameRate = footageFrameRate, settleS = warmUpS } = request;
  await setFrameRate(footage, frameRate);
  return withOneWayCall({ sender: senderArguments(request), plain, ...(ends !== undefined && { ends }) }, async (call) => {
    await sleep(settleS * 1000);
    const machine = readMachine();
    const { side, figures } = await measure(call);
    const others = otherCores(machine, readMachine(), total(side.cpuMs));
    return { fps: side.fps, widthPx: side.lines.at(-1)?.widthPx ?? Number.NaN, otherCores: others, ...figures };
  });
}

/**
 * Frame rates that are tried one after the other to see how many pictures go through: ours has a pace, and a computer that cannot keep
 * it leaves pictures out. Where the sender makes its pictures smaller all the same, the rate does not count.
 */
const unpacedRates = [240, 180, 140, 110, 85, 65] as const;

/** As many pictures a second as go through at their full width. @throws BenchError */
export async function measureUnpaced(request: OneWayRequest): Promise<OneWayMeasurement> {
  const { mismatched } = await measureProven(request);
  for (const frameRate of unpacedRates) {
    const measurement = await measurePlain({ ...request, settleS: climbS, frameRate });
    const isWhole = measurement.widthPx === request.footage.widthPx;
    if (isWhole || frameRate === unpacedRates.at(-1)) return { ...measurement, mismatched };
  }
  throw new RangeError("no rates");
}

/** Pictures only: the others send no sound. */
function senderArguments({ footage, codec, bitrateBps, frameRate = footageFrameRate }: OneWayRequest): readonly string[] {
  const rate = bitrateBps === undefined ? [] : ["--video-bit-rate", String(bitrateBps)];
  return ["--source", footage.videoPath, "--loop", "--no-audio", "--video-codec", codec, "--max-fps", String(frameRate), ...rate];
}
