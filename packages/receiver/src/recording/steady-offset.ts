// The other end's clock, for a recording: the estimate of how far it is from ours gets better all the time, and what is recorded must not jump with it.

/** How fast the offset may follow: 500 µs a second is ten times what two quartzes differ by, and too slow to be seen or heard. */
const slewPerUs = 500 / 1_000_000;

/** An offset between two clocks that changes slowly only. */
export class SteadyOffset {
  #offsetUs: number | undefined;
  #atUs = 0;

  /**
   * The offset to use now.
   *
   * @param estimateUs - the present estimate; undefined: there is none
   * @returns undefined before the first estimate
   */
  follow(estimateUs: number | undefined, nowUs: number): number | undefined {
    if (this.#offsetUs === undefined) this.#offsetUs = estimateUs;
    else if (estimateUs !== undefined) {
      const most = (nowUs - this.#atUs) * slewPerUs;
      this.#offsetUs += Math.min(most, Math.max(-most, estimateUs - this.#offsetUs));
    }
    this.#atUs = nowUs;
    return this.#offsetUs;
  }

  /** Another computer is there now, with another clock. */
  forget(): void {
    this.#offsetUs = undefined;
  }
}
