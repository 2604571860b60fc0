// The heart of the capture engine: source → newest frame → (credit) → encoder → packet. One raw frame waits at most, the
// newest; a frame that is replaced before there is room to send it costs nothing but its capture.

import { type CaptureCountMessage, type EncodedPacket, maxVideoPacketsPerS, nowUs, type TrackMessage } from "@simple-video-chat/protocol";
import { videoTrack } from "@simple-video-chat/protocol/engine";

import type { EncodedPicture, VideoEncoder } from "../encode/encoder.ts";
import { openEncoder } from "../encode/open-encoder.ts";
import type { CaptureOptions } from "../engine/capture-command.ts";
import { loadOpenCv, type Mat, type OpenCv } from "../native/opencv.ts";
import { stampBarcode } from "./barcode-stamp.ts";
import { FrameRateLimit } from "./frame-rate-limit.ts";
import { sentSize } from "./scaling.ts";
import type { RawFrame, Source } from "./source.ts";

/** Where the loop's results go, in order. */
export interface CaptureSink {
  readonly onTrack: (track: TrackMessage) => void;
  readonly onPacket: (packet: EncodedPacket) => void;
  /** All frames up to `frame` are settled: encoded, or counted here. */
  readonly onCount: (count: CaptureCountMessage) => void;
  /** Each captured picture, once it is done with, before it is released: for the self-view and the preview. */
  readonly onRawFrame: (mat: Mat) => void;
  /** The source is at its end (undefined) or failed. The loop is over. */
  readonly onEnd: (error: unknown) => void;
}

/** A captured frame with its number. */
interface NumberedFrame extends RawFrame {
  readonly frame: number;
}

/** A running capture. Owns its source and encoder. */
export class CaptureLoop {
  readonly #cv: OpenCv;
  readonly #source: Source;
  readonly #encoder: VideoEncoder;
  readonly #options: CaptureOptions;
  readonly #sink: CaptureSink;
  readonly #size: { readonly widthPx: number; readonly heightPx: number };
  readonly #rateLimit: FrameRateLimit;
  #newest: NumberedFrame | undefined;
  #frame: number;
  #notEncoded = 0;
  #encoderDropped = 0;
  #credit = 0;
  #keyframeWanted = true;
  #encoding: Promise<void> | undefined;
  #reading: Promise<void> = Promise.resolve();
  #stopped = false;

  private constructor(
    cv: OpenCv,
    parts: { source: Source; encoder: VideoEncoder; options: CaptureOptions; sink: CaptureSink; firstFrame: number },
  ) {
    this.#cv = cv;
    this.#source = parts.source;
    this.#encoder = parts.encoder;
    this.#options = parts.options;
    this.#sink = parts.sink;
    this.#frame = parts.firstFrame - 1;
    this.#size = sentSize(parts.source.format, parts.options.maxSidePx);
    this.#rateLimit = new FrameRateLimit(parts.options.maxFrameRate);
  }

  /**
   * Starts capturing from an open source, which it then owns.
   *
   * @param firstFrame number of the first frame, from 1
   * @throws EncoderError when the encoder cannot be opened; the source is closed then
   */
  static async start(source: Source, options: CaptureOptions, firstFrame: number, sink: CaptureSink): Promise<CaptureLoop> {
    const cv = await loadOpenCv();
    const size = sentSize(source.format, options.maxSidePx);
    // The wire allows no faster track.
    const frameRate = Math.min(source.format.frameRate, options.maxFrameRate, maxVideoPacketsPerS);
    let encoder: VideoEncoder;
    try {
      encoder = await openEncoder(options.codec, { ...size, frameRate, bitrateBps: options.bitrateBps });
    } catch (error) {
      source.close();
      throw error;
    }
    const loop = new CaptureLoop(cv, { source, encoder, options, sink, firstFrame });
    sink.onTrack({ type: "track", track: videoTrack, codec: options.codec, barcode: options.barcode, ...size, frameRate });
    loop.#reading = loop.#read();
    return loop;
  }

  /** Lets the encoder make `packets` more packets, at `bitrateBps` from now on (0: as before). */
  grant(packets: number, bitrateBps: number): void {
    this.#credit += packets;
    if (bitrateBps > 0) this.#encoder.setBitrate(bitrateBps);
    this.#encodeWhilePossible();
  }

  /** The next packet will be a keyframe. */
  requestKeyframe(): void {
    this.#keyframeWanted = true;
  }

  /** Stops capturing; resolves when the device is released and everything captured has been given to the sink. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#source.close();
    await this.#reading;
    await this.#encoding;
    this.#discardNewest();
    this.#sendCount(this.#frame);
    this.#encoder.close();
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const raw = await this.#source.next();
        if (raw === undefined) break;
        if (this.#stopped || this.#rateLimit.isTooSoon(raw.captureUs)) {
          raw.mat.release();
          continue;
        }
        this.#discardNewest();
        this.#newest = { ...raw, frame: ++this.#frame };
        this.#encodeWhilePossible();
      }
      if (!this.#stopped) this.#sink.onEnd(undefined);
    } catch (error) {
      if (!this.#stopped) this.#sink.onEnd(error);
    }
  }

  #encodeWhilePossible(): void {
    this.#encoding ??= this.#encodeAll().finally(() => {
      this.#encoding = undefined;
    });
  }

  async #encodeAll(): Promise<void> {
    try {
      while (this.#credit > 0 && this.#newest !== undefined && !this.#stopped) {
        const frame = this.#newest;
        this.#newest = undefined;
        try {
          await this.#encode(frame);
        } finally {
          frame.mat.release();
        }
      }
    } catch (error) {
      this.#sink.onEnd(error);
    }
  }

  async #encode(frame: NumberedFrame): Promise<void> {
    // Frames that are captured while this one is encoded are not settled yet: they are counted with the next.
    const notEncoded = this.#notEncoded;
    const encodeStartUs = nowUs() - frame.captureUs;
    const keyframe = this.#keyframeWanted;
    this.#keyframeWanted = false;
    const picture = await this.#encodePicture(frame, keyframe);
    if (picture === undefined) {
      this.#encoderDropped++;
      this.#keyframeWanted ||= keyframe;
    } else {
      this.#credit--;
      const { captureUs } = frame;
      this.#sink.onPacket({
        track: videoTrack,
        frame: frame.frame,
        captureUs,
        encodeStartUs,
        encodedUs: nowUs() - captureUs,
        sentUs: 0,
        ...picture,
      });
    }
    this.#sendCount(frame.frame, notEncoded);
    this.#sink.onRawFrame(frame.mat);
  }

  async #encodePicture(frame: NumberedFrame, keyframe: boolean): Promise<EncodedPicture | undefined> {
    const { mat, captureUs } = frame;
    const { widthPx, heightPx } = this.#size;
    const isOfSize = mat.cols === widthPx && mat.rows === heightPx;
    const sized = isOfSize ? mat : mat.resize(heightPx, widthPx, 0, 0, this.#cv.INTER_AREA);
    try {
      if (this.#options.barcode) stampBarcode(this.#cv, sized, { frame: frame.frame, captureUs });
      return await this.#encoder.encode(sized, { captureUs, keyframe });
    } finally {
      if (!isOfSize) sized.release();
    }
  }

  #discardNewest(): void {
    if (this.#newest === undefined) return;
    this.#notEncoded++;
    this.#sink.onRawFrame(this.#newest.mat);
    this.#newest.mat.release();
    this.#newest = undefined;
  }

  #sendCount(frame: number, notEncoded: number = this.#notEncoded): void {
    this.#sink.onCount({ type: "capture-count", track: videoTrack, frame, notEncoded, encoderDropped: this.#encoderDropped });
  }
}
