// The contract of every scenario: it measures once, and says what its figures are called and what they should reach. Repeating,
// waiting for a quiet machine, medians and output are the same for all.

/** What a scenario may be told from the command line. */
export interface ScenarioOptions {
  /** Seconds measured in each run, after the warm-up. */
  readonly seconds: number;
  /** Footage to send instead of the moving scene. */
  readonly clip: string | undefined;
  /** Open windows, on the display that there is. */
  readonly window: boolean;
  /** Seconds to wait for others before each of several measurements of a run; 0: what comes is taken. */
  readonly patience: number;
  /** Takes what a plot over time is made of. The last run's is kept. */
  keepSeries(series: readonly Series[]): void;
}

/** A quantity over time. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  /** Seconds since the measuring began, and the value then. */
  readonly points: readonly (readonly [number, number])[];
}

/** One run's figures by name; "ffmpeg.p50Ms" is the figure p50Ms of ffmpeg. */
export type Figures = Readonly<Record<string, number>>;

/** What a figure should reach: at least or at most so much, by the median of the runs or by every one of them. */
export interface Goal {
  readonly atMost?: number;
  readonly atLeast?: number;
  /** Default "median". */
  readonly of?: "median" | "every";
}

/** How a figure is shown. */
export interface FigureSpec {
  readonly name: string;
  /** For people. */
  readonly label: string;
  /** "ms", "fps"; empty for a ratio. */
  readonly unit: string;
  /** Digits after the point. */
  readonly digits: number;
  /** Ratios go into the result's `ratios`, what somebody else's program did into `peers`, all else into `ours`. */
  readonly of?: "ours" | "peers" | "ratios";
  readonly goal?: Goal;
}

/** What a plot is drawn from. */
export interface PlotData {
  /** The scenario's name and figures. */
  readonly name: string;
  readonly specs: readonly FigureSpec[];
  /** Medians, whoever's they are. */
  readonly figures: Figures;
  readonly series: readonly Series[];
}

/** One benchmark. */
export interface Scenario {
  readonly name: string;
  /** One sentence: what is measured, and how. */
  readonly description: string;
  readonly figures: readonly FigureSpec[];
  /** Seconds and runs where the usual ones make no sense. */
  readonly defaults?: { readonly seconds?: number; readonly runs?: number };
  /** Draws a result. @returns an SVG document; undefined when there is nothing to draw */
  readonly plot?: (data: PlotData) => string | undefined;
  /** Measures once. @throws BenchError when what is measured did not run as it should */
  measure(options: ScenarioOptions): Promise<Figures>;
}

/** Something that was to be measured did not run. */
export class BenchError extends Error {
  override readonly name = "BenchError";
  readonly code: "program-ended" | "program-silent" | "not-installed" | "not-linux" | "not-root";

  constructor(code: BenchError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
