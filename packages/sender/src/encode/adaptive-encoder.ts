// An encoder that follows its bitrate: when the quality ladder says that other pictures suit it better, it makes those, from a new
// native encoder, beginning with a keyframe.

import { type Micros, maxVideoPacketsPerS, type TrackMessage, type VideoCodec } from "@simple-video-chat/protocol";
import { videoTrack } from "@simple-video-chat/protocol/engine";

import { stampBarcode } from "../capture/barcode-stamp.ts";
import { QualityLadder, type QualityStep } from "../capture/quality-ladder.ts";
import type { SourceFormat } from "../capture/source.ts";
import { loadOpenCv, type Mat, type OpenCv } from "../native/opencv.ts";
import type { EncodedPicture, VideoEncoder } from "./encoder.ts";
import { openEncoder } from "./open-encoder.ts";

/** The user's choices and caps. */
export interface AdaptiveEncoderOptions {
  readonly codec: VideoCodec;
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

interface AdaptiveEncoderParts {
  readonly options: AdaptiveEncoderOptions;
  readonly format: SourceFormat;
  readonly ladder: QualityLadder;
  readonly encoder: VideoEncoder;
  readonly onTrack: (track: TrackMessage) => void;
}

/** Encodes a source's pictures at a bitrate that may change from picture to picture. */
export class AdaptiveEncoder {
  readonly #cv: OpenCv;
  readonly #options: AdaptiveEncoderOptions;
  readonly #format: SourceFormat;
  readonly #ladder: QualityLadder;
  readonly #onTrack: (track: TrackMessage) => void;
  #step: QualityStep;
  #encoder: VideoEncoder;
  #bitrateBps: number;

  private constructor(cv: OpenCv, parts: AdaptiveEncoderParts) {
    this.#cv = cv;
    this.#options = parts.options;
    this.#format = parts.format;
    this.#ladder = parts.ladder;
    this.#step = parts.ladder.top;
    this.#encoder = parts.encoder;
    this.#onTrack = parts.onTrack;
    this.#bitrateBps = parts.options.bitrateBps;
  }

  /**
   * Opens an encoder for a source.
   *
   * @param onTrack called now, and before the first picture of each new format
   * @throws EncoderError
   */
  static async open(
    format: SourceFormat,
    options: AdaptiveEncoderOptions,
    onTrack: (track: TrackMessage) => void,
  ): Promise<AdaptiveEncoder> {
    const cv = await loadOpenCv();
    const ladder = new QualityLadder(format, options);
    const step = ladder.top;
    const encoder = await openEncoder(options.codec, { ...step, frameRate: frameRateOf(step), bitrateBps: options.bitrateBps });
    const adaptive = new AdaptiveEncoder(cv, { options, format, ladder, encoder, onTrack });
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
    const isNewFormat = await this.#adapt(captureUs);
    const { widthPx, heightPx } = this.#step;
    const isOfSize = mat.cols === widthPx && mat.rows === heightPx;
    const sized = isOfSize ? mat : mat.resize(heightPx, widthPx, 0, 0, this.#cv.INTER_AREA);
    try {
      if (this.#options.barcode) stampBarcode(this.#cv, sized, { frame, captureUs });
      return await this.#encoder.encode(sized, { captureUs, keyframe: keyframe || isNewFormat });
    } finally {
      if (!isOfSize) sized.release();
    }
  }

  /** Frees the native encoder. Not while an {@link encode} is under way. */
  close(): void {
    this.#encoder.close();
  }

  async #adapt(nowUs: Micros): Promise<boolean> {
    const step = this.#ladder.choose(this.#bitrateBps, nowUs);
    const isSameSize = step.widthPx === this.#step.widthPx && step.heightPx === this.#step.heightPx;
    this.#step = step;
    if (isSameSize) return false;
    const encoder = await openEncoder(this.#options.codec, { ...step, frameRate: frameRateOf(step), bitrateBps: this.#bitrateBps });
    this.#encoder.close();
    this.#encoder = encoder;
    this.#announce();
    return true;
  }

  #announce(): void {
    const { codec, barcode } = this.#options;
    const { widthPx, heightPx } = this.#step;
    const frameRate = Math.min(this.#format.frameRate, frameRateOf(this.#step));
    this.#onTrack({ type: "track", track: videoTrack, codec, barcode, widthPx, heightPx, frameRate });
  }
}

/** The wire allows no faster track. */
function frameRateOf(step: QualityStep): number {
  return Math.min(step.maxFrameRate, maxVideoPacketsPerS);
}
