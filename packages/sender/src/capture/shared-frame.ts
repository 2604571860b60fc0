// A captured picture on its way to several encoders: one picture in memory, which the last of them releases.

import type { Mat } from "../native/opencv.ts";
import type { RawFrame } from "./source.ts";

/** A captured picture with its number and its users. Whoever makes it is the first of them. */
export class SharedFrame {
  readonly mat: Mat;
  readonly captureUs: RawFrame["captureUs"];
  /** From 1. */
  readonly frame: number;
  readonly #onUnused: (frame: SharedFrame) => void;
  #users = 1;

  /** @param onUnused called when nobody needs the picture any more, just before it is released */
  constructor({ mat, captureUs }: RawFrame, frame: number, onUnused: (frame: SharedFrame) => void) {
    this.mat = mat;
    this.captureUs = captureUs;
    this.frame = frame;
    this.#onUnused = onUnused;
  }

  /** One more user, who will call {@link release}. */
  keep(): this {
    this.#users++;
    return this;
  }

  /** A user is done with it. */
  release(): void {
    this.#users--;
    if (this.#users > 0) return;
    this.#onUnused(this);
    this.mat.release();
  }
}
