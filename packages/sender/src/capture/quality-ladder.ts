// What a bitrate is spent on: as many pixels as it can fill, then fewer pixels, then fewer pictures. Pure.

import type { Micros, VideoCodec } from "@simple-video-chat/protocol";

import { sentSize } from "./scaling.ts";
import type { SourceFormat } from "./source.ts";

/** A step of the ladder. */
export interface QualityStep {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Pictures a second, at most. */
  readonly maxFrameRate: number;
}

/** Sizes, as shares of the largest. */
const scales = [1, 0.75, 0.5, 0.375, 0.25] as const;
/** No picture is made smaller than this on its longer side, pixels: a face of it is still a face. */
const smallestSidePx = 160;
/** Bits a pixel below which a picture of fewer pixels looks better (docs/decisions/0012-quality-ladder.md). */
const bitsPerPixel: Readonly<Record<VideoCodec, number>> = { h264: 0.03, jpeg: 0.48, vp9: 0.016 };
/** Below these bitrates fewer pictures a second are made, so that each is worth looking at. */
const slowBelow = [
  { bitrateBps: 50_000, frameRate: 8 },
  { bitrateBps: 100_000, frameRate: 15 },
] as const;
/** A step up is taken only when the bitrate would carry it with this to spare, and no earlier than this after the last step. */
const upMargin = 1.4;
const upPauseUs = 4_000_000;
/** Until it first goes down, where a change of size costs no keyframe: JPEG begins at a small picture, whose few bytes hold the rate back. */
const climbPauseUs = 1_000_000;
/** A step down is taken at once, but a format may change only once a second. */
const downPauseUs = 1_000_000;

/** Chooses the step for a bitrate, with hysteresis. */
export class QualityLadder {
  readonly #steps: readonly QualityStep[];
  readonly #bitsPerPixel: number;
  readonly #climbPauseUs: number;
  #step = 0;
  #hasBegun = false;
  /** It has gone down since it began: the link, or the machine, has shown a limit. */
  #hasFallen = false;
  #lastChangeUs = Number.NEGATIVE_INFINITY;

  /** @param limits the codec, and the user's caps, which are never passed */
  constructor(format: SourceFormat, limits: { readonly codec: VideoCodec; readonly maxSidePx: number; readonly maxFrameRate: number }) {
    this.#bitsPerPixel = bitsPerPixel[limits.codec];
    this.#climbPauseUs = limits.codec === "jpeg" ? climbPauseUs : upPauseUs;
    const longerPx = Math.min(limits.maxSidePx, Math.max(format.widthPx, format.heightPx));
    const frameRate = Math.min(limits.maxFrameRate, format.frameRate);
    this.#steps = scales
      .filter((scale) => scale === 1 || longerPx * scale >= smallestSidePx)
      .map((scale) => ({ ...sentSize(format, Math.round(longerPx * scale)), maxFrameRate: frameRate }));
  }

  /** The step for the highest bitrates. */
  get top(): QualityStep {
    return this.#at(0);
  }

  /**
   * The step for a target bitrate, from now on.
   *
   * @param stepsDown steps from the top that are out of reach whatever the bitrate, because the machine is slow
   */
  choose(bitrateBps: number, nowUs: Micros, stepsDown: number = 0): QualityStep {
    const highest = Math.min(stepsDown, this.#steps.length - 1);
    const before = this.#step;
    if (this.#step < highest) {
      this.#step = highest;
      this.#lastChangeUs = nowUs;
    }
    while (this.#step < this.#steps.length - 1 && !this.#carries(this.#step, bitrateBps)) {
      if (nowUs - this.#lastChangeUs < downPauseUs) break;
      this.#step = this.#largestCarriedBy(bitrateBps);
      this.#lastChangeUs = nowUs;
    }
    this.#hasFallen ||= this.#hasBegun && this.#step > before;
    this.#hasBegun = true;
    const carried = Math.max(highest, this.#largestCarriedBy(bitrateBps / upMargin));
    if (carried < this.#step && nowUs - this.#lastChangeUs >= (this.#hasFallen ? upPauseUs : this.#climbPauseUs)) {
      this.#step = carried;
      this.#lastChangeUs = nowUs;
    }
    return this.#slowed(this.#at(this.#step), bitrateBps);
  }

  #carries(step: number, bitrateBps: number): boolean {
    const { widthPx, heightPx, maxFrameRate } = this.#at(step);
    return bitrateBps >= widthPx * heightPx * maxFrameRate * this.#bitsPerPixel;
  }

  #largestCarriedBy(bitrateBps: number): number {
    const step = this.#steps.findIndex((_, index) => this.#carries(index, bitrateBps));
    return step < 0 ? this.#steps.length - 1 : step;
  }

  #slowed(step: QualityStep, bitrateBps: number): QualityStep {
    const slow = slowBelow.find((limit) => bitrateBps < limit.bitrateBps);
    return slow === undefined ? step : { ...step, maxFrameRate: Math.min(step.maxFrameRate, slow.frameRate) };
  }

  #at(step: number): QualityStep {
    const found = this.#steps[step];
    if (found === undefined) throw new RangeError(`the ladder has no step ${step}`);
    return found;
  }
}
