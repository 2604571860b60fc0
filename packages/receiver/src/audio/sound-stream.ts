// One sender's sound, from its packets to samples for the speaker: jitter buffer → decoder → concealment → time-stretching → resampling.

import { type AudioMessage, type Micros } from "@simple-video-chat/protocol";
import { blockSamples, type ChannelCount, joinChannels, SampleQueue, sampleRateHz, splitChannels } from "@simple-video-chat/protocol/sound";

import { DecodeError } from "../errors.ts";
import { Concealment } from "./concealment.ts";
import { DriftControl } from "./drift-control.ts";
import { JitterBuffer, type JitterCounts, type StretchAdvice } from "./jitter-buffer.ts";
import type { OpusDecoder } from "./opus-decoder.ts";
import { SincResampler } from "./sinc-resampler.ts";
import { maxSpeed, minSpeed, TimeStretch } from "./time-stretch.ts";

const speeds: Readonly<Record<StretchAdvice, number>> = { faster: maxSpeed, slower: minSpeed, none: 1 };
/** The longest packet, slowed down, and what was left from the one before, of each channel. */
const queueSamples = sampleRateHz / 2;
/** After so long without a packet there is no sound that a picture could wait for: a pause in speech has one every 400 ms (RFC 7587, DTX). */
const noSoundUs = 1_000_000;

/** Plays the packets of one stream. */
export class SoundStream {
  readonly #decoder: Pick<OpusDecoder, "decode">;
  readonly #buffer = new JitterBuffer();
  readonly #channels: ChannelCount;
  readonly #concealment: Concealment;
  readonly #stretch: TimeStretch;
  readonly #drift = new DriftControl();
  /** One for each channel. */
  readonly #resamplers: readonly SincResampler[];
  readonly #queue: SampleQueue;
  #offsetUs: number | undefined;
  /** When the last packet began to be heard. */
  #heardUs = 0;

  /** @param channels that the decoder gives */
  constructor(decoder: Pick<OpusDecoder, "decode">, channels: ChannelCount = 1) {
    this.#decoder = decoder;
    this.#channels = channels;
    this.#concealment = new Concealment(channels);
    this.#stretch = new TimeStretch(channels);
    this.#resamplers = Array.from({ length: channels }, () => new SincResampler());
    this.#queue = new SampleQueue(queueSamples * channels);
  }

  /** Takes a packet; its data must not change any more. */
  push({ packet, captureUs, durationUs, data }: AudioMessage, arrivedUs: Micros): void {
    this.#buffer.push({ number: packet, captureUs, durationUs, data }, arrivedUs);
  }

  /**
   * Fills a block.
   * @param nowUs when this is asked
   * @param audibleUs when the block will be heard
   */
  read(block: Float32Array, nowUs: Micros, audibleUs: Micros): void {
    while (this.#queue.length < block.length) this.#pull(nowUs, audibleUs);
    this.#queue.take(block);
  }

  /** When what was recorded at 0 of the sender's clock is heard, on ours, µs: what a picture of that time has to wait for. undefined: nothing is. */
  get offsetUs(): number | undefined {
    return this.#offsetUs;
  }

  get counts(): JitterCounts {
    return this.#buffer.counts;
  }

  /** How long packets are held at present, and how long they should be, µs. */
  get delays(): { readonly delayUs: number; readonly targetUs: number } {
    return { delayUs: this.#buffer.delayUs, targetUs: this.#buffer.targetUs };
  }

  #pull(nowUs: Micros, audibleUs: Micros): void {
    const queuedUs = (this.#queue.length / this.#channels / sampleRateHz) * 1_000_000;
    const pulled = this.#buffer.pull(nowUs, queuedUs);
    if (pulled.kind !== "packet") {
      const samples = Math.round((pulled.durationUs * sampleRateHz) / 1_000_000);
      if (audibleUs - this.#heardUs > noSoundUs) this.#offsetUs = undefined;
      // A pause too: the sound before it fades out, which takes 60 ms, instead of being cut off.
      this.#give(this.#concealment.conceal(samples), 1, 1);
      return;
    }
    const { packet, continuous, stretch } = pulled;
    this.#heardUs = audibleUs + queuedUs;
    this.#offsetUs = this.#heardUs - packet.captureUs;
    const speed = this.#drift.update(this.#buffer.delayUs - this.#buffer.targetUs, nowUs);
    this.#give(this.#concealment.take(this.#decode(packet.data), continuous), speeds[stretch], speed);
  }

  /** What cannot be decoded is made up. */
  #decode(data: Uint8Array): Float32Array {
    try {
      return this.#decoder.decode(data);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.#concealment.conceal(blockSamples);
    }
  }

  /** Time-stretching and resampling take blocks. */
  #give(sound: Float32Array, stretch: number, drift: number): void {
    const step = blockSamples * this.#channels;
    for (let at = 0; at < sound.length; at += step) {
      const stretched = this.#stretch.process(sound.subarray(at, at + step), stretch);
      const parts = splitChannels(stretched, this.#channels);
      this.#queue.push(joinChannels(this.#resamplers.map((resampler, channel) => resampler.process(parts[channel] ?? stretched, drift))));
    }
  }
}
