// An encoder that follows its bitrate and its machine: when the quality ladder or the speed guard says that other pictures suit it
// better, it makes those, from a new native encoder, beginning with a keyframe.

import { type Micros, maxVideoPacketsPerS, nowUs, type TrackMessage, type VideoCodec } from "@simple-video-chat/protocol";
import { videoTrack } from "@simple-video-chat/protocol/engine";

import { stampBarcode } from "../capture/barcode-stamp.ts";
import { QualityLadder, type QualityStep } from "../capture/quality-ladder.ts";
import type { SourceFormat } from "../capture/source.ts";
import { EncoderError } from "../errors.ts";
import { loadOpenCv, type Mat, type OpenCv } from "../native/opencv.ts";
import type { EncodedPicture, EncoderChoice, EncoderFormat, EncodeOptions, VideoEncoder } from "./encoder.ts";
import { type ChosenEncoder, openChosenEncoder } from "./open-encoder.ts";
import { SpeedGuard } from "./speed-guard.ts";

/**
 * Bits a pixel from which x264's fastest preset is better than fewer pixels, for a machine that is too slow: 5 Mbit/s at 720p. Below it
 * loses 3 dB and more (docs/decisions/0012-quality-ladder.md). It is left again when the bitrate falls below the second one.
 */
const hurryBitsPerPixel = 0.18;
const leaveHurryBitsPerPixel = 0.14;
/** An encoder that cannot change its bitrate is replaced when it is off by this factor, at most this often: each time costs a keyframe. */
const fixedBitrateTolerance = 1.25;
const replacePauseUs = 2_000_000;
/** Of more pictures a second than this a machine that is too slow leaves some out: pixels are worth more than they are. */
const guardedFrameRate = 60;

/** The user's choices and caps. */
export interface AdaptiveEncoderOptions {
  readonly codec: VideoCodec;
  readonly encoder: EncoderChoice;
  /** To begin with, bits a second. */
  readonly bitrateBps: number;
  readonly maxSidePx: number;
  readonly maxFrameRate: number;
  /** Stamp the barcode into each picture. */
  readonly barcode: boolean;
}

/** A picture to encode, with its number. */
export interface PictureToEncode {
  /** BGR, 8 bits, of the source's size; may be drawn on. */
  readonly mat: Mat;
  readonly frame: number;
  readonly captureUs: Micros;
  readonly keyframe: boolean;
}

/** What an adaptive encoder tells besides its pictures. */
export interface AdaptiveEncoderEvents {
  /** Called before the first picture of each format. */
  readonly onTrack: (track: TrackMessage) => void;
  /** The encoder is not the one that was asked for: a sentence for the user. */
  readonly onFallback: (sentence: string) => void;
}

/** Opens the native encoders; a test gives others. */
type OpenChosen = (choice: EncoderChoice, codec: VideoCodec, format: EncoderFormat) => Promise<ChosenEncoder>;

interface AdaptiveEncoderParts {
  readonly options: AdaptiveEncoderOptions;
  readonly format: SourceFormat;
  readonly ladder: QualityLadder;
  readonly step: QualityStep;
  readonly chosen: ChosenEncoder;
  readonly events: AdaptiveEncoderEvents;
  readonly open: OpenChosen;
  readonly nowUs: () => Micros;
}

/** What a test gives in place of the computer's own. */
export interface AdaptiveEncoderWorld {
  readonly open?: OpenChosen;
  readonly nowUs?: () => Micros;
}

/** Encodes a source's pictures at a bitrate that may change from picture to picture. */
export class AdaptiveEncoder {
  readonly #cv: OpenCv;
  readonly #options: AdaptiveEncoderOptions;
  readonly #format: SourceFormat;
  readonly #ladder: QualityLadder;
  readonly #guard = new SpeedGuard();
  readonly #events: AdaptiveEncoderEvents;
  readonly #open: OpenChosen;
  readonly #nowUs: () => Micros;
  #choice: EncoderChoice;
  #step: QualityStep;
  #encoder: VideoEncoder;
  #openedUs: Micros;
  #bitrateBps: number;
  #isHurried = false;

  private constructor(cv: OpenCv, parts: AdaptiveEncoderParts) {
    this.#cv = cv;
    this.#options = parts.options;
    this.#choice = parts.options.encoder;
    this.#format = parts.format;
    this.#ladder = parts.ladder;
    this.#step = parts.step;
    this.#events = parts.events;
    this.#open = parts.open;
    this.#nowUs = parts.nowUs;
    this.#openedUs = parts.nowUs();
    this.#bitrateBps = parts.options.bitrateBps;
    this.#encoder = this.#take(parts.chosen);
  }

  /** Opens an encoder for a source. @throws EncoderError */
  static async open(
    format: SourceFormat,
    options: AdaptiveEncoderOptions,
    events: AdaptiveEncoderEvents,
    { open = openChosenEncoder, nowUs: clock = nowUs }: AdaptiveEncoderWorld = {},
  ): Promise<AdaptiveEncoder> {
    const cv = await loadOpenCv();
    const ladder = new QualityLadder(format, options);
    const step = ladder.choose(options.bitrateBps, clock());
    const chosen = await open(options.encoder, options.codec, formatOf(step, options.bitrateBps, false));
    const adaptive = new AdaptiveEncoder(cv, { options, format, ladder, step, chosen, events, open, nowUs: clock });
    adaptive.#announce();
    return adaptive;
  }

  /** Pictures a second that suit the present bitrate. */
  get maxFrameRate(): number {
    return this.#step.maxFrameRate;
  }

  /** Changes the bitrate, bits a second, from the next picture on. */
  setBitrate(bitrateBps: number): void {
    this.#bitrateBps = bitrateBps;
    this.#encoder.setBitrate(bitrateBps);
  }

  /** Encodes a picture; undefined when the encoder left it out. @throws EncoderError */
  async encode({ mat, frame, captureUs, keyframe }: PictureToEncode): Promise<EncodedPicture | undefined> {
    const isNew = await this.#adapt(captureUs);
    const { widthPx, heightPx } = this.#step;
    const isOfSize = mat.cols === widthPx && mat.rows === heightPx;
    const startUs = this.#nowUs();
    const sized = isOfSize ? mat : mat.resize(heightPx, widthPx, 0, 0, this.#cv.INTER_AREA);
    try {
      if (this.#options.barcode) stampBarcode(this.#cv, sized, { frame, captureUs });
      const picture = await this.#encode(sized, { captureUs, keyframe: keyframe || isNew });
      const endUs = this.#nowUs();
      this.#guard.onPicture(endUs - startUs, 1_000_000 / Math.min(guardedFrameRate, frameRateOf(this.#step)), endUs);
      return picture;
    } finally {
      if (!isOfSize) sized.release();
    }
  }

  /** Frees the native encoder. Not while an {@link encode} is under way. */
  close(): void {
    this.#encoder.close();
  }

  /** With hardware that fails, the picture is encoded in software. */
  async #encode(mat: Mat, options: EncodeOptions): Promise<EncodedPicture | undefined> {
    try {
      return await this.#encoder.encode(mat, options);
    } catch (error) {
      if (!(error instanceof EncoderError) || this.#choice === "auto" || this.#choice === "software") throw error;
      this.#choice = "software";
      await this.#replace();
      this.#events.onFallback("The hardware encoder has failed. Encoding in software instead.");
      return this.#encoder.encode(mat, { ...options, keyframe: true });
    }
  }

  /** @returns whether there is a new encoder */
  async #adapt(atUs: Micros): Promise<boolean> {
    const isHurried = this.#mustHurry();
    const step = this.#ladder.choose(this.#bitrateBps, atUs, this.#guard.relief - (isHurried ? 1 : 0));
    const isSameSize = step.widthPx === this.#step.widthPx && step.heightPx === this.#step.heightPx;
    this.#step = step;
    if (isSameSize && isHurried === this.#isHurried && !this.#isOff(atUs)) return false;
    this.#isHurried = isHurried;
    await this.#replace();
    if (!isSameSize) this.#announce();
    return true;
  }

  /** Whether a faster preset is what relieves the machine best. */
  #mustHurry(): boolean {
    if (this.#guard.relief === 0 || this.#options.codec !== "h264") return false;
    const { widthPx, heightPx, maxFrameRate } = this.#ladder.top;
    const bitsPerPixel = this.#bitrateBps / (widthPx * heightPx * maxFrameRate);
    return bitsPerPixel >= (this.#isHurried ? leaveHurryBitsPerPixel : hurryBitsPerPixel);
  }

  #isOff(atUs: Micros): boolean {
    const { fixedBitrateBps } = this.#encoder;
    if (fixedBitrateBps === undefined || atUs - this.#openedUs < replacePauseUs) return false;
    const ratio = this.#bitrateBps / fixedBitrateBps;
    return ratio > fixedBitrateTolerance || ratio < 1 / fixedBitrateTolerance;
  }

  async #replace(): Promise<void> {
    // A picture of another size at the best quality would be many times what the link takes.
    const format = { ...formatOf(this.#step, this.#bitrateBps, this.#isHurried), quality: this.#encoder.quality };
    const chosen = await this.#open(this.#choice, this.#options.codec, format);
    this.#encoder.close();
    this.#encoder = this.#take(chosen);
    this.#openedUs = this.#nowUs();
  }

  #take({ encoder, fallback }: ChosenEncoder): VideoEncoder {
    if (fallback !== undefined) {
      // Told once; what does not work now is not tried again.
      this.#choice = "software";
      this.#events.onFallback(fallback);
    }
    return encoder;
  }

  #announce(): void {
    const { codec, barcode } = this.#options;
    const { widthPx, heightPx } = this.#step;
    const frameRate = Math.min(this.#format.frameRate, frameRateOf(this.#step));
    this.#events.onTrack({ type: "track", track: videoTrack, codec, barcode, widthPx, heightPx, frameRate });
  }
}

function formatOf(step: QualityStep, bitrateBps: number, isHurried: boolean): EncoderFormat {
  return { ...step, frameRate: frameRateOf(step), bitrateBps, isHurried };
}

/** The wire allows no faster track. */
function frameRateOf(step: QualityStep): number {
  return Math.min(step.maxFrameRate, maxVideoPacketsPerS);
}
