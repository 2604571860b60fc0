// What a test says into a microphone and hears at a speaker, with the instants of both on the computer's clock.

import { setTimeout as sleep } from "node:timers/promises";

import { type OpenSoundDevice, openPulseMicrophone, openPulseSpeaker, sampleRateHz } from "@simple-video-chat/protocol/sound";

import { SoundServer } from "./sound-server.ts";
import { waitUntil } from "./wait-until.ts";

const sampleUs = 1_000_000 / sampleRateHz;
/** A burst of this tone, loud and 8 ms long: codecs made for speech keep it. */
const toneHz = 1_000;
const burstSamples = 384;
const burstAmplitude = 0.8;
/** What counts as a burst, as sound at all, and how long it must have been quiet before a burst. */
const heardAbove = 0.15;
const soundAbove = 0.01;
const quietSamples = 4_800;

/** A null sink that rested has played the next 2 s already: what is said meanwhile nobody hears, and its instants are as wrong. */
const restedMs = 2_200;

/** Says bursts into a microphone, and goes on about other things. */
export class Mouth {
  #speaker: OpenSoundDevice | undefined;
  #left = 0;
  #isAsked = false;
  #saidUs: number | undefined;
  #talk: Float32Array | undefined;
  #talked = 0;

  static async open(server: SoundServer, microphone: string): Promise<Mouth> {
    const mouth = new Mouth();
    const events = { onBlock: mouth.#fill.bind(mouth), onGone: (): void => {} };
    mouth.#speaker = await openPulseSpeaker({ device: SoundServer.mouthOf(microphone), env: server.env }, events);
    await sleep(restedMs);
    return mouth;
  }

  /** Says one burst. @returns when it leaves the mouth, µs */
  async say(): Promise<number> {
    this.#saidUs = undefined;
    this.#isAsked = true;
    await waitUntil(() => this.#saidUs !== undefined, "a word said");
    return this.#saidUs ?? 0;
  }

  /** From now on says this, over and over. */
  talk(sound: Float32Array): void {
    this.#talk = sound;
  }

  close(): void {
    this.#speaker?.close();
  }

  #fill(block: Float32Array, audibleUs: number): void {
    const talk = this.#talk;
    if (talk !== undefined) for (let at = 0; at < block.length; at++) block[at] = talk[this.#talked++ % talk.length] ?? 0;
    if (this.#isAsked) {
      this.#isAsked = false;
      this.#left = burstSamples;
      this.#saidUs = audibleUs;
    }
    for (let at = 0; at < block.length && this.#left > 0; at++, this.#left--) {
      block[at] = burstAmplitude * Math.sin((2 * Math.PI * toneHz * (burstSamples - this.#left)) / sampleRateHz);
    }
  }
}

/** Hears what a speaker plays. */
export class Ear {
  /** When sounds began that followed a tenth of a second of quiet, µs. */
  readonly heardUs: number[] = [];
  #microphone: OpenSoundDevice | undefined;
  #sinceBurst = 0;
  #quiet = 0;
  #isSounding = false;
  #longestGap = 0;

  static async open(server: SoundServer, speaker: string): Promise<Ear> {
    const ear = new Ear();
    const events = { onBlock: ear.#take.bind(ear), onGone: (): void => {} };
    ear.#microphone = await openPulseMicrophone({ device: `${speaker}.monitor`, env: server.env }, events);
    await sleep(restedMs);
    return ear;
  }

  /** The longest quiet between two sounds since it was last asked, ms: in a sound that never pauses, what was missing. */
  takeLongestGapMs(): number {
    const gapMs = (this.#longestGap * sampleUs) / 1_000;
    this.#longestGap = 0;
    return gapMs;
  }

  /** Says something and waits until it is heard. @returns how long it took, from the one's lips to the other's ear, µs */
  async hears(mouth: Mouth): Promise<number> {
    const count = this.heardUs.length;
    const saidUs = await mouth.say();
    await waitUntil(() => this.heardUs.length > count, "a sound heard");
    return (this.heardUs[count] ?? 0) - saidUs;
  }

  close(): void {
    this.#microphone?.close();
  }

  #take(block: Float32Array, captureUs: number): void {
    block.forEach((sample, at) => {
      this.#sinceBurst++;
      this.#quiet++;
      if (Math.abs(sample) < soundAbove) return;
      if (this.#isSounding) this.#longestGap = Math.max(this.#longestGap, this.#quiet);
      this.#isSounding = true;
      this.#quiet = 0;
      if (Math.abs(sample) < heardAbove) return;
      if (this.#sinceBurst >= quietSamples) this.heardUs.push(captureUs + at * sampleUs);
      this.#sinceBurst = 0;
    });
  }
}
