// Sound comes from devices in pieces of any size; everything behind them takes blocks.
import type { ChannelCount } from "./channels.ts";
import { blockSamples } from "./sound.ts";

/** Cuts bytes of 32-bit floats, little-endian as all our computers are, into blocks. */
export class BlockCutter {
  readonly #block: Float32Array;
  readonly #bytes: Buffer;
  #filled = 0;

  constructor(channels: ChannelCount = 1) {
    this.#block = new Float32Array(blockSamples * channels);
    this.#bytes = Buffer.from(this.#block.buffer);
  }

  /**
   * Takes a piece.
   * @param onBlock - called for each block that it completes, with the bytes of the piece that come after the block
   */
  push(piece: Buffer, onBlock: (block: Float32Array, bytesAfter: number) => void): void {
    for (let at = 0; at < piece.byteLength;) {
      const taken = piece.copy(this.#bytes, this.#filled, at);
      at += taken;
      this.#filled += taken;
      if (this.#filled < this.#bytes.byteLength) continue;
      this.#filled = 0;
      onBlock(this.#block, piece.byteLength - at);
    }
  }
}
