// What an echo canceller does in a simulated room: one side speaks, both do, nobody plays.

import { SimulatedRoom, type SimulatedRoomOptions } from "./simulated-room.ts";
import { speechLike } from "./speech-like.ts";

const sampleRate = 48_000;
const blockSamples = 480;
const silence = new Float32Array(blockSamples);

/** What is tested: the EchoCanceller of the package peer. */
export interface TestedCanceller {
  processPlayed(block: Float32Array): void;
  processRecorded(block: Float32Array): Float32Array;
  close(): void;
}

/** A part of a recording, seconds. */
export interface Span {
  readonly fromS: number;
  readonly toS: number;
}

/** What came into a canceller and out of it. */
export interface Cancelled {
  readonly recorded: Float32Array;
  readonly cleaned: Float32Array;
}

/** Plays one voice into a room while another speaks there. */
export function cancelIn(
  room: SimulatedRoom,
  canceller: TestedCanceller,
  { far, near }: { far?: Float32Array; near?: Float32Array },
): Cancelled {
  const length = Math.max(far?.length ?? 0, near?.length ?? 0);
  const [recorded, cleaned] = [new Float32Array(length), new Float32Array(length)];
  for (let at = 0; at + blockSamples <= length; at += blockSamples) {
    const played = far === undefined ? silence : far.slice(at, at + blockSamples);
    canceller.processPlayed(played);
    const heard = room.hear(played, near?.subarray(at, at + blockSamples));
    recorded.set(heard, at);
    cleaned.set(canceller.processRecorded(heard), at);
  }
  return { recorded, cleaned };
}

/** Root of the mean square of a part, dBFS. */
export function levelDbfs(sound: Float32Array, { fromS, toS }: Span): number {
  const part = sound.subarray(fromS * sampleRate, toS * sampleRate);
  return 10 * Math.log10(part.reduce((sum, sample) => sum + sample * sample, 0) / part.length + 1e-12);
}

/** Echo return loss enhancement: how much softer the echo has become, dB. */
export function erleDb({ recorded, cleaned }: Cancelled, span: Span): number {
  return levelDbfs(recorded, span) - levelDbfs(cleaned, span);
}

/** Somebody who listens for 5 s, then speaks into the other's words. */
function interrupting(seconds: number): Float32Array {
  const near = new Float32Array(seconds * sampleRate);
  near.set(speechLike(seconds - interruptsAtS, { seed: 22, pitchHz: 210 }), interruptsAtS * sampleRate);
  return near;
}

/** When they begin to speak. */
const interruptsAtS = 5;

/**
 * How much of the near voice is left while both speak: that of the same canceller without far voice is the measure, since a canceller changes the
 * waveform a little even where it takes nothing away.
 * @param open - opens a canceller; twice
 * @returns dB, below 0
 */
export async function doubleTalkGainDb(
  room: SimulatedRoomOptions,
  open: () => Promise<TestedCanceller> | TestedCanceller,
): Promise<number> {
  const seconds = 11;
  const near = interrupting(seconds);
  const cleaned = async (far?: Float32Array): Promise<Float32Array> => {
    const canceller = await open();
    const both = cancelIn(new SimulatedRoom(room), canceller, far === undefined ? { near } : { near, far }).cleaned;
    canceller.close();
    return both.subarray(interruptsAtS * sampleRate);
  };
  const [both, alone] = [await cleaned(speechLike(seconds, { seed: 11 })), await cleaned()];
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, sample, n) => sum + sample * (b[n] ?? 0), 0);
  return 20 * Math.log10(Math.max(dot(both, alone) / dot(alone, alone), 1e-3));
}
