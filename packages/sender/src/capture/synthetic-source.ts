// A source that draws its own pictures at a fixed rate: the frame of the test card and of the moving scene.

import { type Micros, micros, type Scheduler, systemScheduler } from "@simple-video-chat/protocol";

import type { Mat } from "../native/opencv.ts";
import type { RawFrame, Source, SourceFormat } from "./source.ts";

/**
 * How long before its time a picture is drawn, as a share of the time between two: then the one before has been encoded, which
 * drawing would slow down, and this one is ready in time.
 */
const drawAheadShare = 0.5;

/** Nobody ever wakes who waits for it. */
const stillness = new Int32Array(new SharedArrayBuffer(4));

/** What draws. */
export interface Drawing {
  /** Draws the picture whose capture time is `timeUs`. Gives a Mat that the caller owns. */
  readonly draw: (timeUs: Micros) => Mat;
  /** Frees what {@link draw} keeps between pictures. */
  readonly close: () => void;
}

/** A camera that is not there: it gives what is drawn, `format.frameRate` times a second. As with a camera, a picture is ready when it is due. */
export class SyntheticSource implements Source {
  readonly format: SourceFormat;
  readonly name: string;
  readonly #drawing: Drawing;
  readonly #scheduler: Scheduler;
  #dueUs: number | undefined;
  #closed = false;

  constructor(name: string, format: SourceFormat, drawing: Drawing, scheduler: Scheduler = systemScheduler) {
    this.name = name;
    this.format = format;
    this.#drawing = drawing;
    this.#scheduler = scheduler;
  }

  async next(): Promise<RawFrame | undefined> {
    const periodUs = 1_000_000 / this.format.frameRate;
    const now = this.#scheduler.nowUs();
    // A camera does not wait for whoever reads it: pictures whose time has passed were never taken.
    this.#dueUs = this.#dueUs === undefined || this.#dueUs + periodUs < now - periodUs ? now : this.#dueUs + periodUs;
    const dueUs = micros(Math.round(this.#dueUs));
    await this.#sleepUntil(dueUs - periodUs * drawAheadShare);
    if (this.#closed) return undefined;
    const mat = this.#drawing.draw(dueUs);
    await this.#sleepUntil(dueUs);
    this.#restUntil(dueUs);
    // Not the present time: what a timer is late is age, and whoever knows the time can draw the very picture once more.
    if (!this.#closed) return { mat, captureUs: dueUs };
    mat.release();
    return undefined;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#drawing.close();
  }

  /** Timers end up to a millisecond early; a picture from the future is none. For so short a time the thread itself may stand still. */
  #restUntil(atUs: number): void {
    const restUs = atUs - this.#scheduler.nowUs();
    if (restUs > 0) Atomics.wait(stillness, 0, 0, restUs / 1000);
  }

  #sleepUntil(atUs: number): Promise<void> {
    const waitMs = (atUs - this.#scheduler.nowUs()) / 1000;
    return waitMs > 0 ? new Promise((resolve) => void this.#scheduler.after(waitMs, resolve)) : Promise.resolve();
  }
}
