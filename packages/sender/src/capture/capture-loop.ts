// The heart of the capture engine: source → newest frame → (credit) → encoder → packet. One raw frame waits at most, the
// newest; a frame that is replaced before there is room to send it costs nothing but its capture.

import { type CaptureCountMessage, type EncodedPacket, nowUs, type TrackMessage } from "@simple-video-chat/protocol";
import { videoTrack } from "@simple-video-chat/protocol/engine";

import { AdaptiveEncoder } from "../encode/adaptive-encoder.ts";
import type { CaptureOptions } from "../engine/capture-command.ts";
import type { Mat } from "../native/opencv.ts";
import { FrameRateLimit } from "./frame-rate-limit.ts";
import type { RawFrame, Source } from "./source.ts";

/** Where the loop's results go, in order. */
export interface CaptureSink {
  readonly onTrack: (track: TrackMessage) => void;
  readonly onPacket: (packet: EncodedPacket) => void;
  /** All frames up to `frame` are settled: encoded, or counted here. */
  readonly onCount: (count: CaptureCountMessage) => void;
  /** Each captured picture, once it is done with, before it is released: for the self-view and the preview. */
  readonly onRawFrame: (mat: Mat) => void;
  /** The encoder is not the one that was asked for: a sentence for the user. */
  readonly onFallback: (sentence: string) => void;
  /** The source is at its end (undefined) or failed. The loop is over. */
  readonly onEnd: (error: unknown) => void;
}

/** A captured frame with its number. */
interface NumberedFrame extends RawFrame {
  readonly frame: number;
}

/** A running capture. Owns its source and encoder. */
export class CaptureLoop {
  readonly #source: Source;
  readonly #encoder: AdaptiveEncoder;
  readonly #sink: CaptureSink;
  readonly #rateLimit: FrameRateLimit;
  #newest: NumberedFrame | undefined;
  #frame: number;
  #notEncoded = 0;
  #encoderDropped = 0;
  #credit = 0;
  #keyframeWanted = true;
  #isEncoding = false;
  #encoding: Promise<void> = Promise.resolve();
  #reading: Promise<void> = Promise.resolve();
  #stopped = false;
  #hasEnded = false;

  private constructor(source: Source, encoder: AdaptiveEncoder, firstFrame: number, sink: CaptureSink) {
    this.#source = source;
    this.#encoder = encoder;
    this.#sink = sink;
    this.#frame = firstFrame - 1;
    this.#rateLimit = new FrameRateLimit(encoder.maxFrameRate);
  }

  /**
   * Starts capturing from an open source, which it then owns.
   *
   * @param firstFrame number of the first frame, from 1
   * @throws EncoderError when the encoder cannot be opened; the source is closed then
   */
  static async start(source: Source, options: CaptureOptions, firstFrame: number, sink: CaptureSink): Promise<CaptureLoop> {
    try {
      const encoder = await AdaptiveEncoder.open(source.format, options, sink);
      const loop = new CaptureLoop(source, encoder, firstFrame, sink);
      loop.#reading = loop.#read();
      return loop;
    } catch (error) {
      source.close();
      throw error;
    }
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
      this.#end(undefined);
    } catch (error) {
      this.#end(error);
    }
  }

  /** Tells the end once, unless it was asked for. */
  #end(error: unknown): void {
    if (this.#stopped || this.#hasEnded) return;
    this.#hasEnded = true;
    this.#sink.onEnd(error);
  }

  #encodeWhilePossible(): void {
    if (this.#isEncoding) return;
    this.#isEncoding = true;
    this.#encoding = this.#encodeAll();
  }

  async #encodeAll(): Promise<void> {
    try {
      while (this.#credit > 0 && this.#newest !== undefined && !this.#stopped && !this.#hasEnded) {
        const frame = this.#newest;
        this.#newest = undefined;
        try {
          await this.#encode(frame);
        } finally {
          frame.mat.release();
        }
      }
    } catch (error) {
      this.#end(error);
    } finally {
      this.#isEncoding = false;
    }
  }

  async #encode(frame: NumberedFrame): Promise<void> {
    // Frames that are captured while this one is encoded are not settled yet: they are counted with the next.
    const notEncoded = this.#notEncoded;
    const encodeStartUs = nowUs() - frame.captureUs;
    const keyframe = this.#keyframeWanted;
    this.#keyframeWanted = false;
    const picture = await this.#encoder.encode({ ...frame, keyframe }).catch((error: unknown) => {
      // It counts like one that the encoder left out; the last count, at stop(), tells of it.
      this.#encoderDropped++;
      throw error;
    });
    this.#rateLimit.maxFrameRate = this.#encoder.maxFrameRate;
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
