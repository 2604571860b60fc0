// What a row of the faults table is: a fault, how it is made, and the figures that show whether it was borne.

/** How much of a row is run: `short` in the tests, `full` by `pnpm faults`. */
export type FaultForm = "short" | "full";

/** One figure of a row and its limit. */
export interface FaultFigure {
  readonly name: string;
  readonly label: string;
  readonly unit: "ms" | "" | "%" | "kB" | "MB";
  readonly atMost?: number;
  readonly atLeast?: number;
  /** What a computer that is busy with other tests may be beyond the limit, in the default run. */
  readonly slack?: number;
}

/** Measured figures by name. */
export type FaultFigures = Readonly<Record<string, number>>;

/** A row of the faults table. */
export interface FaultRow {
  readonly name: string;
  /** The fault in words. */
  readonly fault: string;
  readonly figures: readonly FaultFigure[];
  /**
   * Makes the fault and measures. Frames' accounts are checked on the way.
   *
   * @throws Error when something happens that no figure describes
   */
  run(form: FaultForm): Promise<FaultFigures>;
}

/** Which figures are beyond their limits, as sentences; none: the fault was borne. */
export function failuresOf(row: FaultRow, figures: FaultFigures, { form }: { readonly form: FaultForm }): string[] {
  return row.figures.flatMap(({ name, label, unit, atMost = Infinity, atLeast = -Infinity, slack = 0 }) => {
    const value = figures[name];
    const allowed = form === "short" ? slack : 0;
    if (value !== undefined && value <= atMost + allowed && value >= atLeast - allowed) return [];
    const limit = atMost === Infinity ? `at least ${atLeast}` : `at most ${atMost}`;
    return [`${row.name}: ${label} is ${value ?? "missing"} ${unit}, should be ${limit}${allowed > 0 ? ` (and ${allowed})` : ""}`];
  });
}
