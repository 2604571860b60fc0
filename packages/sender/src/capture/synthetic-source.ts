// A source that draws its own pictures at a fixed rate: the frame of the test card and of the moving scene.

import { setTimeout as sleep } from "node:timers/promises";

import { type Micros, nowUs } from "@simple-video-chat/protocol";

import type { Mat } from "../native/opencv.ts";
import type { RawFrame, Source, SourceFormat } from "./source.ts";

/**
 * How long before its time a picture is drawn, as a share of the time between two: then the one before has been encoded, which
 * drawing would slow down, and this one is ready in time.
 */
const drawAheadShare = 0.5;
/** Timers end up to a millisecond late. A camera's driver would not, so that much is no age of the picture; what is more, is. */
const timerSlackUs = 1000;

/** Draws one picture. Gives a Mat that the caller owns. */
export type DrawPicture = (timeUs: Micros) => Mat;

/** A camera that is not there: it gives what `draw` draws, `format.frameRate` times a second, drawn before its capture time. */
export class SyntheticSource implements Source {
  readonly format: SourceFormat;
  readonly name: string;
  readonly #draw: DrawPicture;
  readonly #release: () => void;
  #dueUs: Micros | undefined;
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
    const isLate = this.#dueUs === undefined || this.#dueUs + periodUs < now - periodUs;
    const dueUs = (isLate ? now : Math.round((this.#dueUs ?? now) + periodUs)) as Micros;
    this.#dueUs = dueUs;
    await sleepUntil(dueUs - periodUs * drawAheadShare);
    if (this.#closed) return undefined;
    const mat = this.#draw(dueUs);
    await sleepUntil(dueUs);
    if (!this.#closed) return { mat, captureUs: Math.min(nowUs(), dueUs + timerSlackUs) as Micros };
    mat.release();
    return undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
  }
}

async function sleepUntil(atUs: number): Promise<void> {
  const waitMs = (atUs - nowUs()) / 1000;
  if (waitMs > 0) await sleep(waitMs);
}
