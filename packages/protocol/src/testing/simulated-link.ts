// One direction of a network path by arithmetic: a rate, a delay and an endless queue, on a fake clock. Deterministic.
import type { FakeScheduler } from "./fake-scheduler.ts";

/** What a {@link SimulatedLink} does to what it carries. `rateBps` may be changed on the way. */
export interface SimulatedLinkOptions {
  readonly scheduler: FakeScheduler;
  readonly rateBps: number;
  /** One way. */
  readonly delayMs: number;
}

/** Carries things of a size in order: each waits for those before it, takes its time at the rate, then the delay. */
export class SimulatedLink {
  rateBps: number;
  delayMs: number;
  readonly #scheduler: FakeScheduler;
  #freeAtUs = 0;

  constructor(options: SimulatedLinkOptions) {
    this.#scheduler = options.scheduler;
    this.rateBps = options.rateBps;
    this.delayMs = options.delayMs;
  }

  /** How long something that is sent now waits for what was sent before it, in microseconds. */
  get queueUs(): number {
    return Math.max(0, this.#freeAtUs - this.#scheduler.nowUs());
  }

  /** Calls `arrived` when these bytes have come out at the other side. */
  send(bytes: number, arrived: () => void): void {
    const nowUs = this.#scheduler.nowUs();
    this.#freeAtUs = Math.max(nowUs, this.#freeAtUs) + (bytes * 8_000_000) / this.rateBps;
    this.#scheduler.after((this.#freeAtUs - nowUs) / 1_000 + this.delayMs, arrived);
  }
}
