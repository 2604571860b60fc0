// Watches how long pictures take to encode, and says when the machine needs less to do: the picture after the next must not wait for
// this one. Pure. The adaptive encoder makes of it what costs the least quality.

/** How much is taken off the machine: nothing, one step, two steps. */
export type Relief = 0 | 1 | 2;

/** Pictures are judged by the second; fewer than this in one say nothing. */
const windowUs = 1_000_000;
const fewestPictures = 8;
/**
 * Shares of the time between pictures. The other half is for the camera, for a call's own decoder and window, and for what else runs
 * here. What is taken off is given back only when it would not come off again: a step is worth a factor of two.
 */
const tooSlowShare = 0.5;
const easyShare = 0.15;
/** Seconds in a row after which something is done: a busy moment is not a slow machine. */
const slowWindows = 3;
const easyWindows = 15;

/** Judges the encoder's speed on one source. */
export class SpeedGuard {
  #relief: Relief = 0;
  #times: number[] = [];
  #windowEndUs: number | undefined;
  #slow = 0;
  #easy = 0;
  #hasRisen = false;

  /** What the machine needs now. */
  get relief(): Relief {
    return this.#relief;
  }

  /**
   * A picture was encoded.
   *
   * @param encodeUs how long that took
   * @param periodUs time between two pictures
   */
  onPicture(encodeUs: number, periodUs: number, nowUs: number): void {
    this.#windowEndUs ??= nowUs + windowUs;
    this.#times.push(encodeUs / periodUs);
    if (nowUs < this.#windowEndUs) return;
    if (this.#times.length >= fewestPictures) this.#judge(median(this.#times));
    this.#times = [];
    this.#windowEndUs = nowUs + windowUs;
  }

  #judge(share: number): void {
    this.#slow = share > tooSlowShare ? this.#slow + 1 : 0;
    this.#easy = share < easyShare ? this.#easy + 1 : 0;
    if (this.#slow >= slowWindows && this.#relief < 2) {
      this.#relief = this.#relief === 0 ? 1 : 2;
      this.#slow = 0;
    } else if (this.#easy >= easyWindows && this.#relief > 0 && !this.#hasRisen) {
      // Once: a machine that slows down again after this would do so for ever.
      this.#hasRisen = true;
      this.#relief = this.#relief === 2 ? 1 : 0;
      this.#easy = 0;
    }
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
