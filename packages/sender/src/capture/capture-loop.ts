// The heart of the capture engine: source → newest frame → (credit) → encoder → packet. One raw frame waits at most, the
// newest; a frame that is replaced before there is room to send it costs nothing but its capture. Several encoders may take
// from the same frames, each at its own pace.

import type { FilterRunner } from "@simple-video-chat/protocol/engine";

import type { CaptureOptions } from "../engine/capture-command.ts";
import type { Mat, OpenCv } from "../native/opencv.ts";
import { EncoderTier, type TierSink } from "./encoder-tier.ts";
import { FrameRateLimit } from "./frame-rate-limit.ts";
import { SharedFrame } from "./shared-frame.ts";
import type { RawFrame, Source } from "./source.ts";

/** Where the loop's results go; those of a tier in order. */
export interface CaptureSink extends TierSink {
  /** A tier that was opened later gets the frames behind this one. */
  readonly onTierOpen: (track: number, frame: number) => void;
  /** The newest captured picture, once it is done with, before it is released: for the self-view and the preview. */
  readonly onRawFrame: (mat: Mat) => void;
  /** The source gives no pictures, and has not failed (true); or it does again (false). */
  readonly onStall: (isStalled: boolean) => void;
  /** The source is at its end (undefined) or failed. The loop is over. */
  readonly onEnd: (error: unknown) => void;
}

/** Where a capture begins. */
export interface CaptureStart {
  /** Number of the first frame, from 1. */
  readonly firstFrame: number;
  /** Track of the first tier. */
  readonly track: number;
  /** Sees each picture first; without one nothing is copied. */
  readonly filter?: Pick<FilterRunner<Mat, OpenCv>, "apply"> | undefined;
}

/** A running capture. Owns its source and encoders. */
export class CaptureLoop {
  readonly #source: Source;
  readonly #options: CaptureOptions;
  readonly #sink: CaptureSink;
  readonly #rateLimit: FrameRateLimit;
  readonly #tiers = new Map<number, EncoderTier>();
  readonly #filter: Pick<FilterRunner<Mat, OpenCv>, "apply"> | undefined;
  #frame: number;
  #lastRawFrame = 0;
  #reading: Promise<void> = Promise.resolve();
  /** Tiers are opened and closed one after the other, beside the encoding of the others. */
  #changing: Promise<void> = Promise.resolve();
  #stopped = false;
  #hasEnded = false;

  private constructor(source: Source, options: CaptureOptions, { firstFrame, filter }: CaptureStart, sink: CaptureSink) {
    this.#source = source;
    this.#options = options;
    this.#sink = sink;
    this.#frame = firstFrame - 1;
    this.#filter = filter;
    this.#rateLimit = new FrameRateLimit(options.maxFrameRate);
  }

  /**
   * Starts capturing from an open source, which it then owns, with one tier.
   *
   * @throws EncoderError when the encoder cannot be opened; the source is closed then
   */
  static async start(source: Source, options: CaptureOptions, begin: CaptureStart, sink: CaptureSink): Promise<CaptureLoop> {
    try {
      const loop = new CaptureLoop(source, options, begin, sink);
      await loop.#open(begin.track, options.bitrateBps);
      loop.#reading = loop.#read();
      return loop;
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /**
   * Opens another tier; grants before the sink hears of it are lost. An encoder that cannot be opened ends the loop.
   */
  openTier(track: number, bitrateBps: number): void {
    this.#change(async () => {
      if (this.#stopped) return;
      await this.#open(track, bitrateBps);
      this.#sink.onTierOpen(track, this.#frame);
    });
  }

  /** Closes a tier. */
  closeTier(track: number): void {
    this.#change(async () => {
      const tier = this.#tiers.get(track);
      this.#tiers.delete(track);
      await tier?.close();
    });
  }

  /** Lets a tier's encoder make `packets` more packets, at `bitrateBps` from now on (0: as before). */
  grant(track: number, packets: number, bitrateBps: number): void {
    if (!this.#stopped && !this.#hasEnded) this.#tiers.get(track)?.grant(packets, bitrateBps);
  }

  /** A tier's next packet will be a keyframe. */
  requestKeyframe(track: number): void {
    this.#tiers.get(track)?.requestKeyframe();
  }

  /** Stops capturing; resolves when the device is released and everything captured has been given to the sink. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#source.close();
    await this.#reading;
    await this.#changing;
    await Promise.all([...this.#tiers.values()].map((tier) => tier.close()));
  }

  async #open(track: number, bitrateBps: number): Promise<void> {
    const tier = await EncoderTier.open({
      track,
      format: this.#source.format,
      options: { ...this.#options, bitrateBps },
      sink: this.#sink,
      onFailure: (error) => this.#end(error),
    });
    this.#tiers.set(track, tier);
  }

  #change(step: () => Promise<void>): void {
    this.#changing = this.#changing.then(step).catch((error: unknown) => this.#end(error));
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const raw = await this.#next();
        if (raw === undefined) break;
        const tiers = [...this.#tiers.values()];
        // Of a frame rate that no tier wants nothing is numbered.
        if (tiers.length > 0) this.#rateLimit.maxFrameRate = Math.max(...tiers.map(({ maxFrameRate }) => maxFrameRate));
        if (this.#stopped || this.#rateLimit.isTooSoon(raw.captureUs)) {
          raw.mat.release();
          continue;
        }
        const number = ++this.#frame;
        const filtered =
          this.#filter?.apply(raw, number, 1_000_000 / Math.min(this.#source.format.frameRate, this.#rateLimit.maxFrameRate)) ?? raw;
        const frame = new SharedFrame(filtered, number, (done) => this.#onUnused(done));
        // The best first: converting the picture for the others takes time too.
        for (const tier of tiers.sort((a, b) => b.bitrateBps - a.bitrateBps)) tier.offer(frame);
        frame.release();
      }
      this.#end(undefined);
    } catch (error) {
      this.#end(error);
    }
  }

  /** The next picture; meanwhile it is told when the source is stuck. */
  async #next(): Promise<RawFrame | undefined> {
    const { stuckAfterMs } = this.#source;
    if (stuckAfterMs === undefined) return this.#source.next();
    let isStalled = false;
    const timer = setTimeout(() => {
      isStalled = true;
      this.#sink.onStall(true);
    }, stuckAfterMs);
    try {
      return await this.#source.next();
    } finally {
      clearTimeout(timer);
      if (isStalled) this.#sink.onStall(false);
    }
  }

  /** Tells the end once, unless it was asked for. */
  #end(error: unknown): void {
    if (this.#stopped || this.#hasEnded) return;
    this.#hasEnded = true;
    this.#sink.onEnd(error);
  }

  #onUnused({ frame, mat }: SharedFrame): void {
    // One that was left out is done with before an older one that is being encoded.
    if (frame < this.#lastRawFrame) return;
    this.#lastRawFrame = frame;
    this.#sink.onRawFrame(mat);
  }
}
