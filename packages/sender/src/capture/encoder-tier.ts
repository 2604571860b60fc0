// One of the encoders that a capture feeds, for the receivers whose links take about the same: it has its own bitrate, credit,
// keyframes and account. The newest frame waits for it, and it waits for nobody.

import { type CaptureCountMessage, type EncodedPacket, nowUs, type TrackMessage } from "@simple-video-chat/protocol";

import { AdaptiveEncoder, type AdaptiveEncoderOptions } from "../encode/adaptive-encoder.ts";
import { FrameRateLimit } from "./frame-rate-limit.ts";
import type { SharedFrame } from "./shared-frame.ts";
import type { SourceFormat } from "./source.ts";

/** Where a tier's results go, in order. */
export interface TierSink {
  readonly onTrack: (track: TrackMessage) => void;
  readonly onPacket: (packet: EncodedPacket) => void;
  /** All frames up to `frame` are settled for this tier: encoded, or counted here. */
  readonly onCount: (count: CaptureCountMessage) => void;
  /** The encoder is not the one that was asked for: a sentence for the user. */
  readonly onFallback: (sentence: string) => void;
}

/** What a tier is made of. */
export interface EncoderTierParts {
  /** What its messages are marked with. */
  readonly track: number;
  /** Of the source. */
  readonly format: SourceFormat;
  readonly options: AdaptiveEncoderOptions;
  readonly sink: TierSink;
  /** The encoder failed on a picture; called once. */
  readonly onFailure: (error: unknown) => void;
}

/** An encoder and the frame that waits for it. */
export class EncoderTier {
  readonly #parts: EncoderTierParts;
  readonly #encoder: AdaptiveEncoder;
  readonly #rateLimit: FrameRateLimit;
  #waiting: SharedFrame | undefined;
  #newestFrame = 0;
  #notEncoded = 0;
  #encoderDropped = 0;
  /** Those of the frames left out that are newer than the waiting one: they are not to be counted before it. */
  #leftOutBehind = 0;
  #toldDropped = 0;
  #credit = 0;
  #bitrateBps: number;
  #keyframeWanted = true;
  #isEncoding = false;
  #encoding: Promise<void> = Promise.resolve();
  #isClosed = false;

  private constructor(parts: EncoderTierParts, encoder: AdaptiveEncoder) {
    this.#parts = parts;
    this.#encoder = encoder;
    this.#bitrateBps = parts.options.bitrateBps;
    this.#rateLimit = new FrameRateLimit(encoder.maxFrameRate);
  }

  /** Opens an encoder for a source's pictures, and announces its format. @throws EncoderError */
  static async open(parts: EncoderTierParts): Promise<EncoderTier> {
    const { track, format, options, sink } = parts;
    const encoder = await AdaptiveEncoder.open(format, options, {
      onTrack: (message) => sink.onTrack({ ...message, track }),
      onFallback: sink.onFallback,
    });
    return new EncoderTier(parts, encoder);
  }

  /** What it aims at, bits a second. */
  get bitrateBps(): number {
    return this.#bitrateBps;
  }

  /** Pictures a second that suit its bitrate. */
  get maxFrameRate(): number {
    return this.#encoder.maxFrameRate;
  }

  /** Lets it make `packets` more packets, at `bitrateBps` from now on (0: as before). */
  grant(packets: number, bitrateBps: number): void {
    this.#credit += packets;
    if (bitrateBps > 0) {
      this.#bitrateBps = bitrateBps;
      this.#encoder.setBitrate(bitrateBps);
    }
    this.#encodeWhilePossible();
  }

  /** The next packet will be a keyframe. */
  requestKeyframe(): void {
    this.#keyframeWanted = true;
  }

  /** The next captured frame. It takes the place of the one that waits; one that comes too soon for this tier's frame rate is left out. */
  offer(frame: SharedFrame): void {
    this.#newestFrame = frame.frame;
    this.#rateLimit.maxFrameRate = this.maxFrameRate;
    if (this.#rateLimit.isTooSoon(frame.captureUs)) {
      this.#encoderDropped++;
      if (this.#waiting !== undefined) this.#leftOutBehind++;
      return;
    }
    this.#discardWaiting();
    this.#waiting = frame.keep();
    this.#encodeWhilePossible();
  }

  /** Ends it; resolves when every frame that it was offered is settled and its encoder is free. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#encoding;
    this.#discardWaiting();
    if (this.#newestFrame > 0) this.#sendCount(this.#newestFrame, this.#notEncoded, this.#encoderDropped);
    this.#encoder.close();
  }

  #encodeWhilePossible(): void {
    if (this.#isEncoding) return;
    this.#isEncoding = true;
    this.#encoding = this.#encodeAll();
  }

  async #encodeAll(): Promise<void> {
    try {
      while (this.#credit > 0 && this.#waiting !== undefined && !this.#isClosed) {
        const frame = this.#waiting;
        this.#waiting = undefined;
        try {
          await this.#encode(frame);
        } finally {
          frame.release();
        }
      }
    } catch (error) {
      this.#isClosed = true;
      this.#parts.onFailure(error);
    } finally {
      this.#isEncoding = false;
    }
  }

  async #encode(frame: SharedFrame): Promise<void> {
    // Frames that are captured while this one is encoded are not settled yet: they are counted with the next.
    const notEncoded = this.#notEncoded;
    const encoderDropped = this.#encoderDropped - this.#leftOutBehind;
    this.#leftOutBehind = 0;
    const encodeStartUs = nowUs() - frame.captureUs;
    const keyframe = this.#keyframeWanted;
    this.#keyframeWanted = false;
    const picture = await this.#encoder
      .encode({ mat: frame.mat, frame: frame.frame, captureUs: frame.captureUs, keyframe })
      .catch((error: unknown) => {
        // It counts like one that the encoder left out; the last count, at close(), tells of it.
        this.#encoderDropped++;
        throw error;
      });
    if (picture === undefined) {
      this.#encoderDropped++;
      this.#keyframeWanted ||= keyframe;
      this.#sendCount(frame.frame, notEncoded, encoderDropped + 1);
      return;
    }
    // Whoever reads a packet takes the frames that it skips for not encoded: those that were left out are counted before.
    if (encoderDropped !== this.#toldDropped) this.#sendCount(frame.frame - 1, notEncoded, encoderDropped);
    this.#credit--;
    const { track, sink } = this.#parts;
    const { captureUs } = frame;
    const encodedUs = nowUs() - captureUs;
    // It settles its own frame: a count behind it would say nothing new, and wake the network process once more.
    sink.onPacket({ track, frame: frame.frame, captureUs, encodeStartUs, encodedUs, sentUs: 0, ...picture });
  }

  #discardWaiting(): void {
    if (this.#waiting === undefined) return;
    this.#notEncoded++;
    this.#leftOutBehind = 0;
    this.#waiting.release();
    this.#waiting = undefined;
  }

  #sendCount(frame: number, notEncoded: number, encoderDropped: number): void {
    this.#toldDropped = encoderDropped;
    const { track, sink } = this.#parts;
    sink.onCount({ type: "capture-count", track, frame, notEncoded, encoderDropped });
  }
}
