// From values to pixels, and the round numbers at an axis.

/** A linear scale. */
export interface Scale {
  readonly max: number;
  /** Where the grid is, from 0 up to `max`. */
  readonly ticks: readonly number[];
  /** A value's place in pixels. */
  at(value: number): number;
}

/** Steps between round numbers, times a power of ten. */
const roundSteps = [1, 2, 2.5, 5, 10] as const;

/** The smallest round step with which `count` steps reach `greatest`. */
export function roundStep(greatest: number, count: number): number {
  const exact = greatest / count;
  const power = 10 ** Math.floor(Math.log10(exact));
  const factor = roundSteps.find((step) => step * power >= exact * (1 - 1e-9)) ?? 10;
  return factor * power;
}

/**
 * A scale from 0 to a round number that holds `greatest`.
 *
 * @param pixels places of 0 and of the end
 */
export function scaleTo(greatest: number, pixels: readonly [number, number], count: number = 5): Scale {
  const step = roundStep(greatest > 0 ? greatest : 1, count);
  const steps = Math.max(1, Math.ceil(greatest / step - 1e-9));
  const max = steps * step;
  const [from, to] = pixels;
  return {
    max,
    ticks: Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12))),
    at: (value) => from + ((to - from) * value) / max,
  };
}
