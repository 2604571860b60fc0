// Percentiles of latencies in bounded memory: exact ones of the last seconds for the eye, and those of the whole call, to a
// hundredth, for the summary.

/** Percentiles of a set of durations, in microseconds, by nearest rank. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  /** How many values they are of. */
  readonly count: number;
}

/** Options of {@link SlidingPercentiles}. */
export interface SlidingPercentilesOptions {
  /** Default 10 s. */
  readonly windowUs?: number;
  /** Values held at most; with more the oldest go first. Default 1,024: 10 s at 100 Hz. */
  readonly capacity?: number;
}

/** Exact percentiles of the values of the last seconds. */
export class SlidingPercentiles {
  readonly #windowUs: number;
  readonly #values: Float64Array;
  readonly #times: Float64Array;
  #next = 0;
  #filled = 0;

  constructor({ windowUs = 10_000_000, capacity = 1_024 }: SlidingPercentilesOptions = {}) {
    this.#windowUs = windowUs;
    this.#values = new Float64Array(capacity);
    this.#times = new Float64Array(capacity);
  }

  /** Takes a duration, in microseconds, measured at `nowUs`. */
  add(valueUs: number, nowUs: number): void {
    this.#values[this.#next] = valueUs;
    this.#times[this.#next] = nowUs;
    this.#next = (this.#next + 1) % this.#values.length;
    this.#filled = Math.min(this.#filled + 1, this.#values.length);
  }

  /** The percentiles at this instant; undefined when nothing was added for longer than the window. */
  read(nowUs: number): Percentiles | undefined {
    const sinceUs = nowUs - this.#windowUs;
    const recent = this.#values.subarray(0, this.#filled).filter((_, at) => (this.#times[at] ?? -Infinity) > sinceUs);
    recent.sort();
    return percentilesOf(recent.length, (rank) => recent[rank]);
  }
}

/** Buckets to each doubling: neighbours are 1.1 % apart. */
const bucketsPerOctave = 64;
/** 2^36 µs: 19 hours. */
const octaves = 36;

/** Percentiles of everything since the beginning, within 0.6 %, in 18 KB; values are counted in logarithmic buckets. */
export class CallPercentiles {
  readonly #counts = new Float64Array(bucketsPerOctave * octaves);
  #count = 0;

  /** Takes a duration in microseconds; below 1 it counts as 1. */
  add(valueUs: number): void {
    const bucket = Math.round(Math.log2(Math.max(1, valueUs)) * bucketsPerOctave);
    const at = Math.min(bucket, this.#counts.length - 1);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#count += 1;
  }

  /** The percentiles; undefined before the first value. */
  read(): Percentiles | undefined {
    return percentilesOf(this.#count, (rank) => this.#valueAt(rank));
  }

  #valueAt(rank: number): number {
    let passed = 0;
    const bucket = this.#counts.findIndex((count) => (passed += count) > rank);
    return Math.round(2 ** (bucket / bucketsPerOctave));
  }
}

/** @param valueAt - the value of that rank, from 0, in ascending order */
function percentilesOf(count: number, valueAt: (rank: number) => number | undefined): Percentiles | undefined {
  if (count === 0) return undefined;
  const at = (share: number): number => valueAt(Math.ceil(share * count) - 1) ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1), count };
}
