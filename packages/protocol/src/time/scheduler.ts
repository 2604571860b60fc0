// Time as the session sees it: the clock and timers, so that tests can put a clock of their own underneath.
import { type Micros, nowUs } from "./clock.ts";

/** A clock and the timers that run by it. */
export interface Scheduler {
  nowUs(): Micros;
  /** Runs `run` once, `delayMs` from now; the returned function cancels it. */
  after(delayMs: number, run: () => void): () => void;
}

/** The computer's own clock and timers. */
export const systemScheduler: Scheduler = {
  nowUs,
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return (): void => clearTimeout(timer);
  },
};
