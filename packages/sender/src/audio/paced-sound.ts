// Sound that is made, not recorded, at the pace of a microphone: the frame of the test tone and of files.

import { type Micros, micros, nowUs } from "@simple-video-chat/protocol";
import { blockSamples, blockUs, type ChannelCount } from "@simple-video-chat/protocol/sound";

/** Blocks that are later than this were never heard: a computer that slept does not catch up. */
const maxBehindUs = 200_000;

/** Calls `onBlock` with each block when its time has come. */
export class PacedSound {
  readonly #onDue: (block: Float32Array, captureUs: Micros) => void;
  readonly #block: Float32Array;
  readonly #timer: NodeJS.Timeout;
  #nextUs: number;

  /**
   * @param onDue fills a block, which holds silence, and passes it on
   * @param startUs when the first sample was to be heard
   * @param channels of the blocks
   */
  constructor(onDue: (block: Float32Array, captureUs: Micros) => void, startUs: number = nowUs(), channels: ChannelCount = 1) {
    this.#onDue = onDue;
    this.#block = new Float32Array(blockSamples * channels);
    this.#nextUs = startUs;
    this.#timer = setInterval(() => this.#tick(), blockUs / 1000);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = nowUs();
    if (this.#nextUs + blockUs < now - maxBehindUs) this.#nextUs = now - blockUs;
    // As from a microphone: a block is there when its last sample was heard.
    for (; this.#nextUs + blockUs <= now; this.#nextUs += blockUs) {
      this.#block.fill(0);
      this.#onDue(this.#block, micros(Math.round(this.#nextUs)));
    }
  }
}
