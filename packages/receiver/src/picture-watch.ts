// Tells when a picture has stood there too long: the source has given newer ones since, or nobody can tell, because the link brings
// nothing. A source that gives one picture in ten seconds, or a camera that is off, is no reason to take the last picture away.

import { accountIntervalMs } from "@simple-video-chat/protocol";

/** A picture may stand this long, whatever happens to those after it, µs: a shorter gap is a stutter, and a card would only flash. */
const patienceUs = 1_000_000;
/** A newer picture may be on its way this long, and an account late by as much, µs: beyond the longest usual latency. */
const underWayUs = 300_000;

/** So many frames at the end of an account say nothing: a camera that is switched off leaves the last one that waited unsent. */
const uncertainFrames = 2;

/** Watches the newest picture. Pure: it is told the time. */
export class PictureWatch {
  #shownUs: number | undefined;
  #shownFrame = 0;
  #capturedFrame = 0;
  /** Since when a newer frame than the one that is shown is known of; undefined: none is. */
  #newerSinceUs: number | undefined;
  #heardUs = 0;

  /** A picture was shown. */
  shown(frame: number, nowUs: number): void {
    this.#shownUs = nowUs;
    this.#shownFrame = frame;
    this.#newerSinceUs = this.#capturedFrame > frame ? nowUs : undefined;
  }

  /** Some of this frame's packet came. */
  heard(frame: number, nowUs: number): void {
    this.#heardUs = nowUs;
    this.#capturedFrame = Math.max(this.#capturedFrame, frame);
    if (this.#capturedFrame > this.#shownFrame) this.#newerSinceUs ??= nowUs;
  }

  /** An account up to this frame came; 0: nothing was captured since the one before. */
  accounted(lastFrame: number, nowUs: number): void {
    this.heard(Math.max(0, lastFrame - uncertainFrames), nowUs);
  }

  /** There is no picture to watch: none was shown yet, a card stands in its place, or no more will come. */
  forget(): void {
    this.#shownUs = undefined;
    this.#shownFrame = 0;
    this.#capturedFrame = 0;
    this.#newerSinceUs = undefined;
  }

  /** Whether the picture that is shown is no live one any more. */
  isFrozen(nowUs: number): boolean {
    if (this.#shownUs === undefined || nowUs - this.#shownUs < patienceUs) return false;
    const hasNewer = this.#newerSinceUs !== undefined && nowUs - this.#newerSinceUs >= underWayUs;
    return hasNewer || nowUs - this.#heardUs >= accountIntervalMs * 1_000 + underWayUs;
  }
}
