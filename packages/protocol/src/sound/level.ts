// How loud sound is, for meters and for the hint that a microphone is silent.

/** What digital silence is shown as, in dB below full scale. */
export const silenceDbfs = -96;

/** The greatest sample since it was last read. */
export class LevelMeter {
  #peak = 0;

  push(block: Float32Array): void {
    for (const sample of block) this.#peak = Math.max(this.#peak, Math.abs(sample));
  }

  /** The peak in dB below full scale, from {@link silenceDbfs} to 0; begins anew. */
  read(): number {
    const peakDbfs = 20 * Math.log10(Math.max(this.#peak, 1e-9));
    this.#peak = 0;
    return Math.round(Math.min(0, Math.max(silenceDbfs, peakDbfs)));
  }
}
