// What many runs come to: medians, spreads and percentiles of plain numbers.

/** What the runs of one figure came to. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** The middle value, or the mean of the two middle ones. @throws RangeError without values */
export function median(values: readonly number[]): number {
  const sorted = ascending(values);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** Percentile by nearest rank. @param share 0.95 for p95 @throws RangeError without values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = ascending(values);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** The arithmetic mean. @throws RangeError without values */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("no values");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A straight line through points. */
export interface LinearFit {
  readonly slope: number;
  /** Standard error of the slope, of independent errors of equal size. */
  readonly slopeError: number;
}

/** Least squares. @throws RangeError with fewer than three points, or all at one place */
export function fitLine(points: readonly (readonly [number, number])[]): LinearFit {
  const meanX = mean(points.map(([x]) => x));
  const meanY = mean(points.map(([, y]) => y));
  const sum = (term: (dx: number, dy: number) => number): number => points.reduce((total, [x, y]) => total + term(x - meanX, y - meanY), 0);
  const squaresX = sum((dx) => dx * dx);
  if (points.length < 3 || squaresX === 0) throw new RangeError("no line through these points");
  const slope = sum((dx, dy) => dx * dy) / squaresX;
  const squaredRest = sum((dx, dy) => (dy - slope * dx) ** 2);
  return { slope, slopeError: Math.sqrt(squaredRest / (points.length - 2) / squaresX) };
}

/** Median, least and greatest. @throws RangeError without values */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = ascending(values);
  return { median: median(values), min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

function ascending(values: readonly number[]): number[] {
  if (values.length === 0) throw new RangeError("no values");
  return [...values].sort((a, b) => a - b);
}
