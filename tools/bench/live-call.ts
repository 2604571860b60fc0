// A call between two svc-peer programs on this computer, measured on both sides once it has settled.

import { setTimeout as sleep } from "node:timers/promises";

import { watchOthers } from "./cpu-use.ts";
import { incomingLine, unaccounted } from "./incoming-stats.ts";
import { measureSide, type SideMeasurement } from "./live-side.ts";
import { Program } from "./program.ts";
import type { ScenarioOptions } from "./scenario.ts";

/** Seconds from the first pictures until measuring: encoders, caches and clocks have settled then. */
export const warmUpS = 3;

/** What a call came to. */
export interface CallMeasurement {
  readonly sides: readonly [SideMeasurement, SideMeasurement];
  /** Frames of the whole call that both accounts lose sight of; 0 unless there is a defect. */
  readonly unaccounted: number;
  /** Pictures whose barcode was that of another frame. */
  readonly mismatched: number;
  /** Cores that others used meanwhile. */
  readonly otherCores: number;
}

/** The options that say what is sent: the moving scene, or the footage given. */
export function sourceArguments({ clip }: Pick<ScenarioOptions, "clip">): readonly string[] {
  return clip === undefined ? ["--source", "motion", "--camera-size", "1280x720"] : ["--source", clip, "--loop"];
}

/** Holds the call: 30 fps, H.264, 2 Mbit/s each way, every picture with its barcode. */
export async function measureCall(options: ScenarioOptions): Promise<CallMeasurement> {
  const args = [
    ...sourceArguments(options),
    "--barcode",
    "--max-fps",
    "30",
    "--video-bit-rate",
    "2M",
    "--video-codec",
    "h264",
    ...(options.window ? [] : ["--no-window"]),
  ];
  const waits = new Program("peer", [...args, "--listen", "127.0.0.1:0"]);
  const programs = [waits];
  try {
    const { value } = await waits.first("invite");
    const calls = new Program("peer", [...args, String(value["invite"])]);
    programs.push(calls);
    await Promise.all([waits.first("first-picture"), calls.first("first-picture")]);
    await sleep(warmUpS * 1000);
    const others = watchOthers();
    const sides = await Promise.all([measureSide([waits], options.seconds), measureSide([calls], options.seconds)]);
    const otherCores = others();
    // The one that hangs up asks for the final account first; both summaries are whole then.
    const summaries = Promise.all([waits.first("summary"), calls.first("summary")]);
    await calls.stop();
    await waits.stop();
    const ended = await summaries;
    return {
      sides,
      unaccounted: ended.reduce((sum, summary) => sum + Math.abs(unaccounted(incomingLine(summary))), 0),
      mismatched: ended.reduce((sum, summary) => sum + (summary.value["barcodes"] as { mismatched: number }).mismatched, 0),
      otherCores,
    };
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
  }
}
