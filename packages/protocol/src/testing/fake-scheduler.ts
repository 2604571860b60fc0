// A clock that stands still until a test moves it, with the timers that hang on it.
import { type Micros, micros } from "../time/clock.ts";
import type { Scheduler } from "../time/scheduler.ts";

interface FakeTimer {
  readonly atUs: number;
  readonly run: () => void;
}

/** A {@link Scheduler} whose time is moved by {@link FakeScheduler.advance} only. */
export class FakeScheduler implements Scheduler {
  readonly #timers = new Set<FakeTimer>();
  #nowUs: number;

  constructor(startUs = 1_000_000) {
    this.#nowUs = startUs;
  }

  /** Timers that have not run and were not cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  nowUs(): Micros {
    return micros(Math.round(this.#nowUs));
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atUs: this.#nowUs + Math.max(0, delayMs) * 1_000, run };
    this.#timers.add(timer);
    return (): void => void this.#timers.delete(timer);
  }

  /** Lets time pass; timers run at their own instants and in their order, those that they start too. */
  advance(ms: number): void {
    const untilUs = this.#nowUs + ms * 1_000;
    for (let next = this.#next(untilUs); next !== undefined; next = this.#next(untilUs)) {
      this.#timers.delete(next);
      this.#nowUs = next.atUs;
      next.run();
    }
    this.#nowUs = untilUs;
  }

  #next(untilUs: number): FakeTimer | undefined {
    let first: FakeTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.atUs <= untilUs && (first === undefined || timer.atUs < first.atUs)) first = timer;
    }
    return first;
  }
}
