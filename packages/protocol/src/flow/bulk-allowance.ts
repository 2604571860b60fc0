// What a cap on the bitrate leaves to files, pure: a bucket that everything takes from, and for which only files wait.
import type { Micros } from "../time/clock.ts";

/** What may be saved up, in time at the cap: pictures come in bursts, and so must what is beside them. */
const burstUs = 50_000;
/** What the rest of the call may have overdrawn, in the same: a keyframe is paid for, a second of them is not. */
const mostDebtUs = 500_000;

/** An allowance of bits a second for all that a session sends. */
export class BulkAllowance {
  readonly #capBps: number;
  #bits: number;
  #filledUs: Micros | undefined;
  #spentBytes = 0;

  /** @param capBps Infinity: as much as the window allows */
  constructor(capBps: number) {
    this.#capBps = capBps;
    this.#bits = this.#most;
  }

  /** Takes off what was sent since then, files included. @param sentBytes of the session, since its beginning */
  spend(sentBytes: number, nowUs: Micros): void {
    const elapsedUs = nowUs - (this.#filledUs ?? nowUs);
    if (this.#filledUs === undefined) this.#spentBytes = sentBytes;
    this.#filledUs = nowUs;
    if (this.#capBps === Infinity) return;
    const spentBits = (sentBytes - this.#spentBytes) * 8;
    this.#spentBytes = sentBytes;
    const leastBits = (-mostDebtUs * this.#capBps) / 1_000_000;
    this.#bits = Math.min(this.#most, Math.max(leastBits, this.#bits + (elapsedUs * this.#capBps) / 1_000_000 - spentBits));
  }

  /** How long to wait until something may be sent, ms; 0: now. */
  get waitMs(): number {
    if (this.#capBps === Infinity || this.#bits > 0) return 0;
    return Math.max(1, Math.ceil((1 - this.#bits) / (this.#capBps / 1_000)));
  }

  get #most(): number {
    return (burstUs * this.#capBps) / 1_000_000;
  }
}
