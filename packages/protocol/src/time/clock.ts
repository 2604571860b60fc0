// The one clock: microseconds of CLOCK_MONOTONIC, the same in every process of a machine, so that the network process and its
// engines can subtract each other's instants. Instants of another machine go through clock-offset.ts first.

declare const unit: unique symbol;

/** An instant in microseconds of some machine's monotonic clock. Durations are plain numbers whose name ends in `Us`. */
export type Micros = number & { readonly [unit]: "us" };

/**
 * Brands a number as an instant.
 * @param value - whole microseconds
 * @throws RangeError when it is not an integer that a double holds exactly
 */
export function micros(value: number): Micros {
  if (!Number.isSafeInteger(value)) throw new RangeError(`an instant is a whole number of microseconds, not ${value}`);
  return value as Micros;
}

/** The present instant. Never steps back, not moved by changes of the wall clock. */
export function nowUs(): Micros {
  const [seconds, nanoseconds] = process.hrtime();
  return (seconds * 1_000_000 + Math.floor(nanoseconds / 1_000)) as Micros;
}
