// Notices a microphone that hears nothing: unplugged, switched off at the headset, or the wrong one of two.

/** Below this nothing is heard, dBFS: a microphone in a quiet room has more noise of its own. Digital silence is far below. */
const silentBelowDbfs = -70;
/** So long nobody's microphone is silent, even when they listen: it hears the room. */
const silentAfterBlocks = 500;

const silentBelowPower = 10 ** (silentBelowDbfs / 10);

/** Watches one microphone. */
export class SilenceDetector {
  #silentBlocks = 0;

  /** Takes a block of 10 ms as it was recorded, all its channels, before echo cancellation and noise suppression. */
  push(block: Float32Array): void {
    const power = block.reduce((sum, sample) => sum + sample * sample, 0) / block.length;
    this.#silentBlocks = power < silentBelowPower ? this.#silentBlocks + 1 : 0;
  }

  /** Whether it has heard nothing for 5 s. */
  get isSilent(): boolean {
    return this.#silentBlocks >= silentAfterBlocks;
  }
}
