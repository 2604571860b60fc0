// How fast texts go out, pure: below what the other end allows (rate-guard.ts), so that many at once, or sent again after a reconnect,
// are late instead of taken for a flood.
import { maxTextsPerS, textRetentionMs } from "../limits.ts";
import type { Micros } from "../time/clock.ts";

/** Of what the other end allows: its clock may run slower, and it may have counted what never was acknowledged. */
const share = 0.8;

/** A bucket of texts, for one session. */
export class TextPace {
  readonly #perS = maxTextsPerS * share;
  readonly #size = Math.floor((maxTextsPerS * textRetentionMs * share) / 1_000);
  #tokens = this.#size;
  #filledUs: Micros | undefined;

  /** How many may go now; {@link sent} takes them. */
  allowance(nowUs: Micros): number {
    const elapsedS = (nowUs - (this.#filledUs ?? nowUs)) / 1_000_000;
    this.#filledUs = nowUs;
    this.#tokens = Math.min(this.#size, this.#tokens + elapsedS * this.#perS);
    return Math.floor(this.#tokens);
  }

  /** So many went. */
  sent(count: number): void {
    this.#tokens -= count;
  }

  /** Until the next one may go, ms. */
  waitMs(): number {
    return Math.max(0, Math.ceil(((1 - this.#tokens) / this.#perS) * 1_000));
  }
}
