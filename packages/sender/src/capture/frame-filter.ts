// A filter: a module of the user's that sees every captured picture before it is encoded, and may change it. It runs in the capture engine, where
// raw pictures are. Loaded once for each engine.

import { type JsonObject, type Micros, nowUs, toJsonObject } from "@simple-video-chat/protocol";

import { FilterError } from "../errors.ts";
import type { Mat, OpenCv } from "../native/opencv.ts";
import type { RawFrame } from "./source.ts";

/** What a filter is told of a picture. */
export interface FrameMeta {
  /** Its number, from 1. */
  readonly frame: number;
  /** When it was taken, on this computer's monotonic clock. */
  readonly captureUs: Micros;
}

/** What a filter may use. */
export interface FilterContext {
  /** OpenCV, as `@u4/opencv4nodejs` gives it. */
  readonly cv: OpenCv;
  /** Tells the program, or whoever uses the library, something: its "filter" event. An object that JSON can say. */
  readonly tell: (value: object) => void;
}

/** What a filter's module exports. All of it is called in one thread, one after the other; nothing may be asynchronous but `open`. */
export interface FrameFilter {
  /** Called once, before the first picture. */
  open?(context: FilterContext): void | Promise<void>;
  /**
   * Called for each picture.
   *
   * @param mat BGR, 8 bits, 3 channels; may be drawn on. It is released by its owner, and is not to be kept
   * @returns another picture of the same size and type, which is then ours to release; nothing: `mat`, as it now is
   */
  onFrame(mat: Mat, meta: FrameMeta): Mat | void;
}

/** What running a filter tells. */
export interface FilterSink {
  readonly onTold: (value: JsonObject) => void;
  /** It throws, or takes too long: a sentence for the user. Each told once. */
  readonly onTrouble: (code: "filter-failed" | "filter-slow", message: string) => void;
}

/** A filter is slow when this many pictures in a row took longer than there is time for. */
const slowPictures = 15;
/** In place of a picture whose filter failed, so that nothing is sent which it was to hide. */
const grey = 64;

/** A loaded filter. */
export class FilterRunner {
  readonly #filter: FrameFilter;
  readonly #cv: OpenCv;
  readonly #sink: FilterSink;
  readonly #nowUs: () => number;
  #slow = 0;
  #isSlowTold = false;
  #isFailureTold = false;

  /** @internal {@link load} makes one */
  constructor(filter: FrameFilter, cv: OpenCv, sink: FilterSink, now: () => number = nowUs) {
    this.#filter = filter;
    this.#cv = cv;
    this.#sink = sink;
    this.#nowUs = now;
  }

  /** Loads and opens a module. @throws FilterError (rejects) when it is none, or does not open */
  static async load(url: string, cv: OpenCv, sink: FilterSink): Promise<FilterRunner> {
    try {
      const module = (await import(url)) as Partial<FrameFilter>;
      if (typeof module.onFrame !== "function") throw new TypeError("it does not export a function onFrame");
      await module.open?.({ cv, tell: (value) => sink.onTold(toJsonObject(value)) });
      return new FilterRunner(module as FrameFilter, cv, sink);
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
  apply(raw: RawFrame, frame: number, budgetUs: number): RawFrame {
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
    this.#sink.onTrouble("filter-failed", `The filter failed: ${why}. In place of pictures that it fails on a grey one is sent.`);
  }

  #watch(tookUs: number, budgetUs: number): void {
    this.#slow = tookUs > budgetUs ? this.#slow + 1 : 0;
    if (this.#slow < slowPictures || this.#isSlowTold) return;
    this.#isSlowTold = true;
    const [took, budget] = [tookUs, budgetUs].map((us) => (us / 1000).toFixed(0));
    this.#sink.onTrouble(
      "filter-slow",
      `The filter takes ${took} ms a picture, and there are ${budget}: fewer pictures are sent, and later.`,
    );
  }
}
