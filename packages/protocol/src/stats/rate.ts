// Rates over the last seconds: frames a second with an amount of 1 each, bits a second with a packet's bits.

/** Options of {@link RateMeter}. */
export interface RateMeterOptions {
  /** Default 2 s. */
  readonly windowUs?: number;
}

const slots = 20;

/** Sums what was added in the last window, in slots of a twentieth, so that its memory does not depend on the rate. */
export class RateMeter {
  readonly #slotUs: number;
  readonly #sums = new Float64Array(slots);
  readonly #numbers = new Float64Array(slots).fill(-1);
  #startUs: number | undefined;

  constructor({ windowUs = 2_000_000 }: RateMeterOptions = {}) {
    this.#slotUs = windowUs / slots;
  }

  /** Counts an amount at this instant. */
  add(amount: number, nowUs: number): void {
    this.#startUs ??= nowUs;
    const number = Math.floor(nowUs / this.#slotUs);
    const at = number % slots;
    if (this.#numbers[at] !== number) {
      this.#numbers[at] = number;
      this.#sums[at] = 0;
    }
    this.#sums[at] = (this.#sums[at] ?? 0) + amount;
  }

  /** Amount a second over the window, or over the time since the first amount while that is shorter. */
  perSecond(nowUs: number): number {
    if (this.#startUs === undefined) return 0;
    const newest = Math.floor(nowUs / this.#slotUs);
    let sum = 0;
    for (let at = 0; at < slots; at++) if ((this.#numbers[at] ?? -1) > newest - slots) sum += this.#sums[at] ?? 0;
    // The slots in the window reach from the start of the oldest to this instant: between 19 and 20 of them.
    const coveredUs = nowUs - Math.max(this.#startUs, (newest - slots + 1) * this.#slotUs);
    return coveredUs < this.#slotUs ? sum / (this.#slotUs / 1e6) : sum / (coveredUs / 1e6);
  }
}
