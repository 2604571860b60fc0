// A source that draws its own pictures at a fixed rate: the frame of the test card and of the moving scene.

import { setTimeout as sleep } from "node:timers/promises";

import { type Micros, nowUs } from "@simple-video-chat/protocol";

import type { Mat } from "../native/opencv.ts";
import type { RawFrame, Source, SourceFormat } from "./source.ts";

/** Draws one picture. Gives a Mat that the caller owns. */
export type DrawPicture = (timeUs: Micros) => Mat;

/** A camera that is not there: it gives what `draw` draws, `format.frameRate` times a second. */
export class SyntheticSource implements Source {
  readonly format: SourceFormat;
  readonly name: string;
  readonly #draw: DrawPicture;
  readonly #release: () => void;
  #dueUs: number | undefined;
  #closed = false;

  /** @param release frees what `draw` keeps between pictures */
  constructor(name: string, format: SourceFormat, draw: DrawPicture, release: () => void) {
    this.name = name;
    this.format = format;
    this.#draw = draw;
    this.#release = release;
  }

  async next(): Promise<RawFrame | undefined> {
    const periodUs = 1_000_000 / this.format.frameRate;
    const now = nowUs();
    // A camera does not wait for whoever reads it: pictures whose time has passed were never taken.
    this.#dueUs = this.#dueUs === undefined || this.#dueUs + periodUs < now - periodUs ? now : this.#dueUs + periodUs;
    const waitMs = (this.#dueUs - now) / 1000;
    if (waitMs > 0) await sleep(waitMs);
    if (this.#closed) return undefined;
    const captureUs = nowUs();
    return { mat: this.#draw(captureUs), captureUs };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
  }
}
