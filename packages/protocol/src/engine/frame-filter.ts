// A filter: a module of the user's that sees every picture, before it is encoded or before it is shown, and may change it. It runs in the engine,
// where raw pictures are. Loaded once for each engine. OpenCV comes from the engine: this package has none.

import { type JsonObject, toJsonObject } from "../messages/json-object.ts";
import { type Micros, nowUs } from "../time/clock.ts";

/** Why a filter cannot be used. */
export type FilterErrorCode = "filter-missing";

/** A filter that does not load. Its message is a sentence for the user. */
export class FilterError extends Error {
  override readonly name = "FilterError";
  readonly code: FilterErrorCode = "filter-missing";
}

/** What a picture must have of OpenCV's Mat. */
export interface FilteredMat {
  readonly rows: number;
  readonly cols: number;
  readonly type: number;
  release(): void;
}

/** What there must be of OpenCV: a way to make a picture of one colour, BGR. */
export interface FilterOpenCv<M> {
  readonly Mat: new (rows: number, cols: number, type: number, bgr: number[]) => M;
}

/** A picture that a filter is applied to. Whoever has it releases its Mat. */
export interface FilteredFrame<M> {
  readonly mat: M;
  readonly captureUs: Micros;
}

/** What a filter is told of a picture. */
export interface FrameMeta {
  /** Its number, from 1. */
  readonly frame: number;
  /** When it was taken, on the monotonic clock of the computer that took it. */
  readonly captureUs: Micros;
}

/** What a filter may use. */
export interface FilterContext<Cv> {
  /** OpenCV, as `@u4/opencv4nodejs` gives it. */
  readonly cv: Cv;
  /** Tells the program, or whoever uses the library, something: its "filter" or "incoming-filter" event. An object that JSON can say. */
  readonly tell: (value: object) => void;
}

/** What a filter's module exports. All of it is called in one thread, one after the other; nothing may be asynchronous but `open`. */
export interface FrameFilter<M, Cv> {
  /** Called once, before the first picture. */
  open?(context: FilterContext<Cv>): void | Promise<void>;
  /**
   * Called for each picture.
   *
   * @param mat BGR, 8 bits, 3 channels; may be drawn on. It is released by its owner, and is not to be kept
   * @returns another picture of the same size and type, which is then ours to release; nothing: `mat`, as it now is
   */
  onFrame(mat: M, meta: FrameMeta): M | void;
}

/** It throws, or takes too long. */
export type FilterTroubleCode = "filter-failed" | "filter-slow";

/** What running a filter tells. */
export interface FilterSink {
  readonly onTold: (value: JsonObject) => void;
  /** A sentence for the user. Each told once. */
  readonly onTrouble: (code: FilterTroubleCode, message: string) => void;
}

/** A filter is slow when this many pictures in a row took longer than there is time for. */
const slowPictures = 15;
/** In place of a picture whose filter failed, so that nothing is sent or shown which it was to hide. */
const grey = 64;
/** What becomes of the pictures, in the words of the two troubles. */
const becomes = { sent: "fewer pictures are sent, and later", shown: "fewer pictures are shown, and later" } as const;

/** Whether a filter is applied to what is sent, or to what is shown. */
export type FilterPlace = keyof typeof becomes;

/** A loaded filter. */
export class FilterRunner<M extends FilteredMat, Cv extends FilterOpenCv<M>> {
  readonly #filter: FrameFilter<M, Cv>;
  readonly #cv: Cv;
  readonly #place: FilterPlace;
  readonly #sink: FilterSink;
  readonly #nowUs: () => number;
  #slow = 0;
  #isSlowTold = false;
  #isFailureTold = false;

  /** @internal {@link load} makes one */
  constructor(filter: FrameFilter<M, Cv>, cv: Cv, place: FilterPlace, sink: FilterSink, now: () => number = nowUs) {
    this.#filter = filter;
    this.#cv = cv;
    this.#place = place;
    this.#sink = sink;
    this.#nowUs = now;
  }

  /** Loads and opens a module. @throws FilterError (rejects) when it is none, or does not open */
  static async load<M extends FilteredMat, Cv extends FilterOpenCv<M>>(
    url: string,
    cv: Cv,
    place: FilterPlace,
    sink: FilterSink,
  ): Promise<FilterRunner<M, Cv>> {
    try {
      const module = (await import(url)) as Partial<FrameFilter<M, Cv>>;
      if (typeof module.onFrame !== "function") throw new TypeError("it does not export a function onFrame");
      await module.open?.({ cv, tell: (value) => sink.onTold(toJsonObject(value)) });
      return new FilterRunner(module as FrameFilter<M, Cv>, cv, place, sink);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new FilterError(`The filter ${url} does not load: ${why}.`, { cause: error });
    }
  }

  /**
   * Gives what the filter makes of a picture. It takes the picture that it is given, and gives one to its caller.
   *
   * @param budgetUs how long it may take, unless it is to be called slow
   */
  apply(raw: FilteredFrame<M>, frame: number, budgetUs: number): FilteredFrame<M> {
    const { mat, captureUs } = raw;
    const startUs = this.#nowUs();
    try {
      const made = this.#filter.onFrame(mat, { frame, captureUs });
      this.#watch(this.#nowUs() - startUs, budgetUs);
      if (made === undefined || made === mat) return raw;
      if (made.rows !== mat.rows || made.cols !== mat.cols || made.type !== mat.type) {
        if (typeof made.release === "function") made.release();
        throw new TypeError("it returned something that is no picture of the same size and type");
      }
      mat.release();
      return { mat: made, captureUs };
    } catch (error) {
      this.#fail(error);
      const { rows, cols, type } = mat;
      mat.release();
      return { mat: new this.#cv.Mat(rows, cols, type, [grey, grey, grey]), captureUs };
    }
  }

  #fail(error: unknown): void {
    if (this.#isFailureTold) return;
    this.#isFailureTold = true;
    const why = error instanceof Error ? error.message : String(error);
    this.#sink.onTrouble("filter-failed", `The filter failed: ${why}. In place of pictures that it fails on a grey one is ${this.#place}.`);
  }

  #watch(tookUs: number, budgetUs: number): void {
    this.#slow = tookUs > budgetUs ? this.#slow + 1 : 0;
    if (this.#slow < slowPictures || this.#isSlowTold) return;
    this.#isSlowTold = true;
    const [took, budget] = [tookUs, budgetUs].map((us) => (us / 1000).toFixed(0));
    this.#sink.onTrouble("filter-slow", `The filter takes ${took} ms a picture, and there are ${budget}: ${becomes[this.#place]}.`);
  }
}
