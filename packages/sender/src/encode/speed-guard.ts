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

/**
 * A machine that is too slow by far shows it in its first pictures, and is not to stutter for three seconds; nor is the format ever changed as cheaply
 * as then. The very first are not judged: encoder and program are still cold.
 */
const coldPictures = 2;
const firstPictures = 10;
const hopelessShare = 1;
/** It is the encoder that they wait for, and not a source or a link that is slow, when it works for this share of the time. */
const busyShare = 0.7;
/** A start is a busy moment, too: what is taken off there is given back sooner, and once more. */
const easyShareAfterStart = 0.25;
const easyWindowsAfterStart = 4;

/** Judges the encoder's speed on one source. */
export class SpeedGuard {
  #relief: Relief = 0;
  #times: number[] = [];
  #windowEndUs: number | undefined;
  #slow = 0;
  #easy = 0;
  #hasRisen = false;
  /** Of the first pictures, until they are judged. */
  #first: { readonly encodeUs: number; readonly share: number; readonly endUs: number }[] | undefined = [];
  /** What was taken off was by their judgement. */
  #isByFirst = false;

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
    this.#first?.push({ encodeUs, share: encodeUs / periodUs, endUs: nowUs });
    this.#judgeFirst();
    this.#windowEndUs ??= nowUs + windowUs;
    this.#times.push(encodeUs / periodUs);
    if (nowUs < this.#windowEndUs) return;
    if (this.#times.length >= fewestPictures) this.#judge(median(this.#times));
    this.#times = [];
    this.#windowEndUs = nowUs + windowUs;
  }

  #judgeFirst(): void {
    const pictures = this.#first ?? [];
    if (pictures.length < coldPictures + firstPictures) return;
    this.#first = undefined;
    const judged = pictures.slice(coldPictures);
    const spanUs = (judged.at(-1)?.endUs ?? 0) - (pictures[coldPictures - 1]?.endUs ?? 0);
    const typical = median(judged.map(({ share }) => share));
    const isBusy = judged.reduce((sum, { encodeUs }) => sum + encodeUs, 0) >= busyShare * spanUs;
    if (typical <= hopelessShare || !isBusy) return;
    this.#relief = this.#relief === 0 ? 1 : 2;
    this.#isByFirst = true;
    // The first ones of the new format are judged as well.
    if (this.#relief < 2) this.#first = [];
    // What they took says nothing of what comes now.
    this.#times = [];
  }

  #judge(share: number): void {
    this.#slow = share > tooSlowShare ? this.#slow + 1 : 0;
    this.#easy = share < (this.#isByFirst ? easyShareAfterStart : easyShare) ? this.#easy + 1 : 0;
    if (this.#slow >= slowWindows && this.#relief < 2) {
      this.#relief = this.#relief === 0 ? 1 : 2;
      this.#isByFirst = false;
      this.#slow = 0;
    } else if (this.#isByFirst && this.#easy >= easyWindowsAfterStart) {
      this.#relief = this.#relief === 2 ? 1 : 0;
      this.#isByFirst = this.#relief > 0;
      this.#easy = 0;
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
