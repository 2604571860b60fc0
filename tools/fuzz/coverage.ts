// Which parts of our own built code ran, by V8's block counters: what a fuzzer is guided by. It works on ES modules as they are, without
// instrumenting them. V8 lists a block only where its count differs from that of the block around it; so what did not run is followed, and is
// covered as soon as its function runs without its being listed as not run.

import { type Profiler, Session } from "node:inspector";

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
}

/** Counts from {@link start} on, in this thread. */
export class Coverage {
  readonly #session = new Session();
  readonly #isOurs: (url: string) => boolean;
  /** Of each function that ever ran: the blocks that never did. */
  readonly #missed = new Map<string, Range[]>();
  #covered = 0;

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

  /** Functions and blocks in them that have run. */
  get size(): number {
    return this.#covered;
  }

  /** Forgets what ran since the last call. */
  forget(): void {
    this.#take();
  }

  /** How many functions and blocks ran since the last call that had never run; they count as seen from now on if `isKept`. */
  news(isKept: boolean): number {
    let news = 0;
    for (const { scriptId, url, functions } of this.#take()) {
      if (!this.#isOurs(url)) continue;
      for (const { ranges } of functions) news += this.#newsOf(scriptId, ranges, isKept);
    }
    if (isKept) this.#covered += news;
    return news;
  }

  #newsOf(scriptId: string, ranges: readonly Profiler.CoverageRange[], isKept: boolean): number {
    const [whole] = ranges;
    if (whole === undefined || whole.count === 0) return 0;
    const key = `${scriptId}:${whole.startOffset}:${whole.endOffset}`;
    const missed = this.#missed.get(key);
    const notRun = ranges.filter(({ count }) => count === 0);
    const stillMissed = (missed ?? []).filter((block) => notRun.some((other) => contains(other, block)));
    if (isKept) {
      // What only now is seen to be there: the parts of a block that has run at last.
      const appeared = notRun.filter((block) => !stillMissed.some((other) => contains(block, other) || contains(other, block)));
      const isFirst = missed === undefined;
      const parts = isFirst ? notRun : appeared.filter((block) => missed.some((other) => contains(other, block)));
      this.#missed.set(key, [...stillMissed, ...parts]);
    }
    return missed === undefined ? 1 : missed.length - stillMissed.length;
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

function contains(outer: Range, inner: Range): boolean {
  return outer.startOffset <= inner.startOffset && inner.endOffset <= outer.endOffset;
}
