// Takes fans, keyboards and the street out of what a microphone hears: RNNoise (Valin 2018), a small neural network, compiled to WebAssembly.
// It comes after echo cancellation, which needs the sound as it was recorded, and before the encoder.

import assert from "node:assert/strict";

import load from "@echogarden/rnnoise-wasm";

/** Blocks of RNNoise, 10 ms, as everywhere here. */
const blockSamples = 480;
/** RNNoise wants samples as 16-bit integers have them. */
const fullScale = 32_768;
const bytesPerSample = 4;

/** By how much what it gives is later than what it takes: its window overlaps by a block. To be taken off the capture times. */
export const noiseSuppressorDelayUs = 10_000;

/** A noise suppressor of one microphone. */
export interface NoiseSuppressor {
  /**
   * Takes a block of 480 samples, 48 kHz, not kept, and gives the one before it without the noise.
   * @returns the caller's
   */
  process(block: Float32Array): Float32Array;
  /** Releases it. */
  close(): void;
}

/**
 * Opens one, in about 5 ms; it takes 1.5 % of a core.
 * @throws Error (rejects) where there is no WebAssembly
 */
export async function openNoiseSuppressor(): Promise<NoiseSuppressor> {
  const rnnoise = await load();
  const state = rnnoise._rnnoise_create(0);
  const address = rnnoise._malloc(blockSamples * bytesPerSample);
  const at = address / bytesPerSample;
  return {
    process: (block) => {
      assert.equal(block.length, blockSamples);
      rnnoise.HEAPF32.set(
        block.map((sample) => sample * fullScale),
        at,
      );
      rnnoise._rnnoise_process_frame(state, address, address);
      return rnnoise.HEAPF32.slice(at, at + blockSamples).map((sample) => sample / fullScale);
    },
    close: () => {
      rnnoise._rnnoise_destroy(state);
      rnnoise._free(address);
    },
  };
}
