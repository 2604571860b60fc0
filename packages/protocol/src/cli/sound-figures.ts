// The figures of a call's sound in words: for the status line and the key i.

import type { DetailRow } from "./call-detail.ts";
import { formatBitrate } from "./call-figures.ts";

/** What is shown of the sound that comes in. */
export interface IncomingSoundFigures {
  readonly isOn: boolean;
  readonly isMuted: boolean;
  readonly bitrateBps: number;
  readonly latencyMs?: number | undefined;
  readonly jitterMs?: number | undefined;
  readonly concealedShare: number;
  readonly peakDbfs?: number | undefined;
}

/** What is shown of the sound that goes out. */
export interface OutgoingSoundFigures {
  readonly isMuted: boolean;
  /** undefined: nothing is recorded. */
  readonly peakDbfs?: number | undefined;
}

const meterSteps = "▁▂▃▄▅▆▇█";
/** What the lowest step of a meter stands for: a quiet room. The highest is full scale. */
const meterFloorDbfs = -54;

/** "▁" to "█" for a peak in dB below full scale. */
export function levelMeter(peakDbfs: number): string {
  const share = (peakDbfs - meterFloorDbfs) / -meterFloorDbfs;
  const step = Math.min(Math.max(Math.floor(share * meterSteps.length), 0), meterSteps.length - 1);
  return meterSteps[step] ?? "";
}

/** "mic ▅", "mic off"; empty while nothing is recorded. */
export function microphoneStatus({ isMuted, peakDbfs }: OutgoingSoundFigures): string {
  if (isMuted) return "  mic off";
  return peakDbfs === undefined ? "" : `  mic ${levelMeter(peakDbfs)}`;
}

/** "sound ▃ 58 ms", "sound off" when the other end's microphone is; empty before any sound. */
export function soundStatus({ isOn, isMuted, latencyMs, peakDbfs }: IncomingSoundFigures): string {
  if (isMuted) return "  sound off";
  if (!isOn || peakDbfs === undefined) return "";
  return `  sound ${levelMeter(peakDbfs)}${latencyMs === undefined ? "" : ` ${latencyMs.toFixed(0)} ms`}`;
}

/** The row about the sound that comes in. */
export function soundDetail(sound: IncomingSoundFigures | undefined): readonly DetailRow[] {
  if (sound === undefined || (!sound.isOn && !sound.isMuted)) return [];
  if (sound.isMuted) return [["sound", "the other end's microphone is off"]];
  const { latencyMs, jitterMs = 0, bitrateBps, concealedShare } = sound;
  const latency = latencyMs === undefined ? "" : `${latencyMs.toFixed(0)} ms from mouth to ear, `;
  return [
    ["sound", `${latency}held ${jitterMs.toFixed(0)} ms, ${formatBitrate(bitrateBps)}, made up ${(100 * concealedShare).toFixed(1)} %`],
  ];
}
