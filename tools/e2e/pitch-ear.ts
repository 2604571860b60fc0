// Hears which tone a speaker plays: films and the test card of a test differ by their pitch.

import { setTimeout as sleep } from "node:timers/promises";

import { type OpenSoundDevice, openPulseMicrophone } from "@simple-video-chat/protocol/sound";

import type { SoundServer } from "./sound-server.ts";
import { waitUntil } from "./wait-until.ts";

/** Blocks of 10 ms: each upward crossing of zero is worth so much, Hz. */
const crossingHz = 100;
/** Below this peak it is quiet. */
const soundAbove = 0.05;
/** So many blocks in a row are a tone; what one fades into is no tone of its own. */
const toneBlocks = 4;
const quietBlocks = 150;
/** From a change of sources to its sound, on a busy computer. */
const limitMs = 20_000;

/** Listens to a speaker. */
export class PitchEar {
  /** Every pitch that was heard for 40 ms, Hz, block by block; 0 is silence. */
  readonly heardHz: number[] = [];
  /** Peak of the last 10 ms, of full scale 1. */
  peak = 0;
  #microphone: OpenSoundDevice | undefined;
  #presentHz = -1;
  #blocks = 0;

  static async open(server: SoundServer, speaker: string): Promise<PitchEar> {
    const ear = new PitchEar();
    const events = { onBlock: ear.#take.bind(ear), onGone: (): void => {} };
    ear.#microphone = await openPulseMicrophone({ device: `${speaker}.monitor`, env: server.env }, events);
    return ear;
  }

  /** Waits until this tone is heard. @throws Error after 20 s, with what was heard */
  async hears(hz: number): Promise<void> {
    const from = this.heardHz.length;
    await waitUntil(() => this.heardHz.includes(hz, from), `${hz} Hz`, limitMs).catch((error: unknown) => {
      throw new Error(`${String(error)}; heard ${[...new Set(this.heardHz.slice(from))].join(", ")}`);
    });
  }

  /** Waits until nothing was heard for a second and a half: longer than a busy computer stumbles. @throws Error after 20 s */
  async isQuiet(): Promise<void> {
    const from = this.heardHz.length;
    await waitUntil(
      () => this.heardHz.length - from >= quietBlocks && this.heardHz.slice(-quietBlocks).every((hz) => hz === 0),
      "quiet",
      limitMs,
    );
  }

  /** What is heard in the next so many ms: the tones, in rising order; 0 is silence. */
  async tonesWithin(ms: number): Promise<readonly number[]> {
    const from = this.heardHz.length;
    await sleep(ms);
    return [...new Set(this.heardHz.slice(from))].toSorted((a, b) => a - b);
  }

  close(): void {
    this.#microphone?.close();
  }

  #take(block: Float32Array): void {
    this.peak = block.reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0);
    const hz = this.peak < soundAbove ? 0 : pitchOf(block);
    // One crossing more or less is the cut's.
    if (Math.abs(hz - this.#presentHz) > crossingHz || (hz === 0) !== (this.#presentHz === 0)) {
      this.#presentHz = hz;
      this.#blocks = 0;
    }
    if (++this.#blocks >= toneBlocks) this.heardHz.push(Math.round(this.#presentHz / 500) * 500);
  }
}

function pitchOf(block: Float32Array): number {
  let crossings = 0;
  block.forEach((sample, at) => {
    if (sample >= 0 && (block[at - 1] ?? 0) < 0) crossings++;
  });
  return crossings * crossingHz;
}
