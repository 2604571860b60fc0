// Blocks → packets: collects as many blocks as a packet takes and encodes them. The format may change between packets.

import { type AudioMessage, type Micros } from "@simple-video-chat/protocol";
import { audioTrack } from "@simple-video-chat/protocol/engine";
import { sampleRateHz, withChannels } from "@simple-video-chat/protocol/sound";

import { type OpusEncoder, type OpusFormat, openOpusEncoder, packetSamples } from "./opus-encoder.ts";

/** Opus says with a packet of this size that there is nothing to hear until further notice (opus_encode, "DTX"). */
const silentPacketBytes = 2;

/** Makes the packets of one track. */
export class PacketMaker {
  readonly #onPacket: (packet: AudioMessage) => void;
  #format: OpusFormat;
  #encoder: OpusEncoder | undefined;
  /** The format that an encoder is being opened for. */
  #opening: OpusFormat | undefined;
  #samples = new Float32Array(0);
  #filled = 0;
  #captureUs: Micros | undefined;
  #number = 0;
  #wasSilent = false;
  #isClosed = false;

  constructor(format: OpusFormat, onPacket: (packet: AudioMessage) => void) {
    this.#format = format;
    this.#onPacket = onPacket;
  }

  /** Opens the encoder, for the first packet not to wait for it. @throws EncoderError (rejects) */
  async open(): Promise<void> {
    const format = this.#format;
    if (this.#opening === format) return;
    this.#opening = format;
    const encoder = await openOpusEncoder(format);
    if (this.#isClosed || format !== this.#format) return encoder.close();
    this.#encoder?.close();
    this.#encoder = encoder;
    this.#samples = new Float32Array(packetSamples(format) * encoder.channels);
    this.#filled = 0;
  }

  /** From one of the next packets on. @throws EncoderError (rejects) */
  setFormat(format: OpusFormat): Promise<void> {
    this.#format = format;
    return this.open();
  }

  /** Takes a block of either number of channels; dropped while the first encoder is being opened. @throws EncoderError encode-failed */
  push(block: Float32Array, captureUs: Micros): void {
    if (this.#encoder === undefined) return;
    if (this.#filled === 0) this.#captureUs = captureUs;
    const fitting = withChannels(block, this.#encoder.channels);
    this.#samples.set(fitting, this.#filled);
    this.#filled += fitting.length;
    if (this.#filled < this.#samples.length) return;
    this.#filled = 0;
    const data = this.#encoder.encode(this.#samples);
    const isSilent = data.byteLength <= silentPacketBytes;
    // The first one of a pause says it all. Pauses are not numbered: a gap in the numbers is sound that was lost.
    if (isSilent && this.#wasSilent) return;
    this.#wasSilent = isSilent;
    this.#number++;
    const durationUs = (this.#samples.length / this.#encoder.channels / sampleRateHz) * 1_000_000;
    this.#onPacket({
      type: "audio",
      track: audioTrack,
      packet: this.#number,
      captureUs: this.#captureUs ?? captureUs,
      durationUs,
      data,
    });
  }

  /** Forgets a packet that has begun: what comes next does not follow it. */
  interrupt(): void {
    this.#filled = 0;
    this.#wasSilent = false;
  }

  close(): void {
    this.#isClosed = true;
    this.#encoder?.close();
    this.#encoder = undefined;
  }
}
