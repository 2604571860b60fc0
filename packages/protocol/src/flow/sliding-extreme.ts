// The greatest or the least value of the last so many microseconds, at a constant cost a value: asked on every acknowledgement of every
// receiver. A monotonic queue: a value that a newer one has beaten can never count again.
import type { Micros } from "../time/clock.ts";

interface TimedValue {
  readonly atUs: Micros;
  readonly value: number;
}

/** Once so many values are out of date they are let go of together. */
const mostStale = 64;

/** The extreme of a sliding span of time. Values come in order of time. */
export class SlidingExtreme {
  readonly #spanUs: number;
  readonly #sign: 1 | -1;
  /** In order of time, and from `#first` on falling (or rising, for the least). */
  #values: TimedValue[] = [];
  #first = 0;

  constructor(kind: "greatest" | "least", spanUs: number) {
    this.#sign = kind === "greatest" ? 1 : -1;
    this.#spanUs = spanUs;
  }

  /** Takes a value of now. */
  add(value: number, nowUs: Micros): void {
    for (let last = this.#values.at(-1); last !== undefined && this.#values.length > this.#first; last = this.#values.at(-1)) {
      if (this.#sign * last.value > this.#sign * value) break;
      this.#values.pop();
    }
    this.#values.push({ atUs: nowUs, value });
  }

  /** The extreme of the last span; the newest value when all are older; undefined before the first. */
  read(nowUs: Micros): number | undefined {
    while (this.#first < this.#values.length - 1 && (this.#values[this.#first]?.atUs ?? nowUs) < nowUs - this.#spanUs) this.#first++;
    if (this.#first >= mostStale) {
      this.#values = this.#values.slice(this.#first);
      this.#first = 0;
    }
    return this.#values[this.#first]?.value;
  }
}
