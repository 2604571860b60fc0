// Gives a file or a synthetic source the pace of a camera.

import { setTimeout as sleep } from "node:timers/promises";

import { type Micros, micros, nowUs } from "@simple-video-chat/protocol";

/** A source that fell this far behind its own clock starts a new timeline instead of hurrying through old pictures. */
const maxBehindUs = 200_000;

/** Maps a source's timestamps to capture times on our clock, and waits for them. */
export class Pacer {
  #originUs: Micros | undefined;

  /** Waits until the picture with this timestamp (µs from the source's beginning) is due, and gives its capture time. */
  async wait(timestampUs: number): Promise<Micros> {
    const now = nowUs();
    this.#originUs ??= micros(now - timestampUs);
    if (now - (this.#originUs + timestampUs) > maxBehindUs) this.#originUs = micros(now - timestampUs);
    const dueUs = this.#originUs + timestampUs;
    const waitMs = (dueUs - now) / 1000;
    if (waitMs > 0) await sleep(waitMs);
    // Timers end up to a millisecond late; the picture is stamped with the moment it can be had, as a camera's driver would.
    return nowUs();
  }

  /** The next timestamp begins a new timeline (a file that starts again). */
  restart(): void {
    this.#originUs = undefined;
  }
}
