// Gives a file or a synthetic source the pace of a camera.

import { setTimeout as sleep } from "node:timers/promises";

import { type Micros, micros, nowUs } from "@simple-video-chat/protocol";

/** A source that fell this far behind its own clock starts a new timeline instead of hurrying through old pictures. */
const maxBehindUs = 200_000;
/** A picture that would be due later than this begins a new timeline as well: timestamps may be garbage. */
const maxAheadUs = 10_000_000;

/** A picture that took less than this share of the time between two to read can be read later. */
const quickReadShare = 0.25;
/** When it is read then, as a share of that time: it is ready when it is due, and does not slow down the encoding of the one before. */
const restShare = 0.5;

/** Maps a source's timestamps to capture times on our clock, and waits for them. */
export class Pacer {
  readonly #closing = new AbortController();
  readonly #onTimeline: (originUs: Micros) => void;
  /** When the picture with the timestamp 0 was, or would have been, due. */
  #originUs: number | undefined;
  /** When the last picture was given. */
  #givenUs: Micros | undefined;

  /** @param onTimeline is told when the picture with the timestamp 0 was, or would have been, due: sound goes by it too */
  constructor(onTimeline: (originUs: Micros) => void = () => {}) {
    this.#onTimeline = onTimeline;
  }

  /**
   * Waits until the picture with this timestamp (µs from the source's beginning) is due, or until {@link close}, and gives its
   * capture time.
   */
  async wait(timestampUs: number): Promise<Micros> {
    const now = nowUs();
    if (this.#originUs === undefined) this.#begin(now - timestampUs);
    const aheadUs = (this.#originUs ?? Number.NaN) + timestampUs - now;
    // Also when it is not a number.
    if (!(aheadUs >= -maxBehindUs && aheadUs <= maxAheadUs)) this.#begin(now - timestampUs);
    else if (aheadUs > 0) await this.#sleep(aheadUs);
    // Timers end up to a millisecond late; the picture is stamped with the moment it can be had, as a camera's driver would.
    this.#givenUs = nowUs();
    return this.#givenUs;
  }

  /**
   * Waits until half of the time to the next picture has passed, or until {@link close}; not at all where reading is slow.
   *
   * @param readUs how long the last picture took to read
   * @param periodUs nominal time between two pictures
   */
  async rest(readUs: number, periodUs: number): Promise<void> {
    if (this.#givenUs === undefined || readUs > periodUs * quickReadShare) return;
    const restUs = this.#givenUs + periodUs * restShare - nowUs();
    if (restUs > 0) await this.#sleep(restUs);
  }

  /** Lets go of whoever waits, now and from now on. */
  close(): void {
    this.#closing.abort();
  }

  /** The next timestamp begins a new timeline (a file that starts again). */
  restart(): void {
    this.#originUs = undefined;
  }

  #begin(originUs: number): void {
    this.#originUs = Number.isFinite(originUs) ? originUs : undefined;
    if (this.#originUs !== undefined) this.#onTimeline(micros(Math.max(0, Math.round(this.#originUs))));
  }

  #sleep(us: number): Promise<unknown> {
    return sleep(us / 1000, undefined, { signal: this.#closing.signal }).catch(() => {});
  }
}
