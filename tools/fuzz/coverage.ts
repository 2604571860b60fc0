// Which parts of our own built code ran, by V8's block counters: what a fuzzer is guided by. It works on ES modules as they are, without instrumenting them.

import { type Profiler, Session } from "node:inspector";

/** Counts from {@link start} on, in this thread. */
export class Coverage {
  readonly #session = new Session();
  readonly #isOurs: (url: string) => boolean;
  /** Every block seen so far. */
  readonly #seen = new Set<string>();

  /** @param isOurs which scripts count, by their URL */
  constructor(isOurs: (url: string) => boolean) {
    this.#isOurs = isOurs;
  }

  /** Begins to count. */
  start(): void {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** Ends counting; the thread can end. */
  stop(): void {
    this.#session.disconnect();
  }

  /** Blocks seen so far. */
  get size(): number {
    return this.#seen.size;
  }

  /** Forgets what ran since the last call. */
  forget(): void {
    this.#take();
  }

  /** How many blocks ran since the last call that had never run; they count as seen from now on if `isKept`. */
  news(isKept: boolean): number {
    let news = 0;
    for (const { scriptId, url, functions } of this.#take()) {
      if (!this.#isOurs(url)) continue;
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) {
          if (count === 0) continue;
          const key = `${scriptId}:${startOffset}:${endOffset}`;
          if (this.#seen.has(key)) continue;
          news++;
          if (isKept) this.#seen.add(key);
        }
      }
    }
    return news;
  }

  #take(): readonly Profiler.ScriptCoverage[] {
    let taken: readonly Profiler.ScriptCoverage[] = [];
    // In the inspector of one's own thread the answer is there when post returns.
    this.#session.post("Profiler.takePreciseCoverage", (error, answer) => {
      if (error !== null) throw error;
      taken = answer.result;
    });
    return taken;
  }
}
