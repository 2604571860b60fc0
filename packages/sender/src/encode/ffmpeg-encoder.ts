// What every encoder of FFmpeg's has in common: a picture in, its packet out at once.

import type { VideoCodec } from "@simple-video-chat/protocol";

import { EncoderError } from "../errors.ts";
import {
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  type AVPixelFormat,
  Codec,
  CodecContext,
  Dictionary,
  Frame,
  Packet,
  Rational,
} from "../native/ffmpeg.ts";
import type { Mat, OpenCv } from "../native/opencv.ts";
import type { EncodedPicture, EncoderFormat, EncodeOptions, VideoEncoder } from "./encoder.ts";
import { PlanarPicture } from "./planar-picture.ts";

/** Keyframes are made on request only. Encoders count pictures, so this is 2 years at 30 Hz. */
const neverPictures = 2 ** 31 - 1;

/** What differs from encoder to encoder when it is opened. */
export interface ContextOptions {
  /** FFmpeg's name of the encoder. */
  readonly name: Parameters<typeof Codec.findEncoderByName>[0];
  readonly format: EncoderFormat;
  /** Private options of the encoder. */
  readonly options: Readonly<Record<string, string>>;
  /** Everything else that is set before it is opened. */
  readonly prepare: (context: CodecContext) => void;
}

/** Opens a codec context: microseconds, no B-frames, no periodic keyframes, YUV 4:2:0. @throws EncoderError */
export async function openContext({ name, format, options, prepare }: ContextOptions): Promise<CodecContext> {
  const codec = Codec.findEncoderByName(name);
  if (codec === null) throw new EncoderError("encoder-missing", `This FFmpeg has no encoder ${name}.`);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = format.widthPx;
  context.height = format.heightPx;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, 1_000_000);
  context.framerate = new Rational(Math.round(format.frameRate * 1000), 1000);
  context.gopSize = neverPictures;
  context.maxBFrames = 0;
  context.threadCount = 1;
  prepare(context);
  // Not open2Sync: given options, it frees them twice.
  const opened = await context.open2(codec, Dictionary.fromObject({ ...options }));
  if (opened < 0) {
    context.freeContext();
    throw new EncoderError(
      "encoder-refused",
      `The encoder ${name} refused ${format.widthPx}x${format.heightPx} at ${format.frameRate} Hz (${opened}).`,
    );
  }
  return context;
}

/** Target and peak of a context, bits a second, and how many bits may be ahead of it. Also on an open one, where the encoder can. */
export function setRate(context: CodecContext, bitrateBps: number, bufferS: number): void {
  context.bitRate = BigInt(Math.round(bitrateBps));
  context.rcMaxRate = BigInt(Math.round(bitrateBps));
  context.rcBufferSize = Math.round(bitrateBps * bufferS);
}

/** An open context, and how it is fed. */
export interface FfmpegEncoderParts {
  readonly codec: VideoCodec;
  /** For people. */
  readonly name: string;
  readonly context: CodecContext;
  readonly format: EncoderFormat;
  readonly setBitrate: (bitrateBps: number) => void;
  /** The time that the encoder is told, µs; the capture time unless the encoder's clock runs differently. */
  readonly ptsOf?: (options: EncodeOptions) => number;
  /** The layout that it takes, and how it is made from I420. */
  readonly layout?: { readonly format: AVPixelFormat; readonly from: (planar: Buffer) => Buffer };
  /** Puts a picture where the encoder can have it (a graphics card's memory); the result is freed by {@link VideoEncoder.close}'s caller. */
  readonly upload?: (frame: Frame) => Promise<Frame>;
  /** Frees what belongs to the context. */
  readonly onClose?: () => void;
  readonly fixedBitrateBps?: number;
}

/** A {@link VideoEncoder} on an open context, which it then owns. */
export class FfmpegEncoder implements VideoEncoder {
  readonly codec: VideoCodec;
  readonly fixedBitrateBps: number | undefined;
  readonly #planar: PlanarPicture;
  readonly #parts: FfmpegEncoderParts;
  readonly #frame = new Frame();
  readonly #packet = new Packet();

  constructor(cv: OpenCv, parts: FfmpegEncoderParts) {
    this.codec = parts.codec;
    this.fixedBitrateBps = parts.fixedBitrateBps;
    this.#planar = new PlanarPicture(cv, parts.format);
    this.#parts = parts;
    this.#frame.alloc();
    this.#frame.format = parts.layout?.format ?? AV_PIX_FMT_YUV420P;
    this.#frame.width = parts.format.widthPx;
    this.#frame.height = parts.format.heightPx;
    this.#frame.getBuffer(1);
    this.#packet.alloc();
  }

  async encode(mat: Mat, options: EncodeOptions): Promise<EncodedPicture | undefined> {
    const { name, context, layout, upload } = this.#parts;
    const planar = this.#planar.convert(mat);
    const pixels = layout === undefined ? planar : layout.from(planar);
    // The frame then points at these bytes (no copy): they rest until the encoder has taken them.
    if (this.#frame.fromBuffer(pixels) < 0) throw new EncoderError("encode-failed", `The ${name} encoder takes no such picture.`);
    const frame = upload === undefined ? this.#frame : await upload(this.#frame);
    frame.pts = BigInt(Math.round(this.#parts.ptsOf?.(options) ?? options.captureUs));
    frame.pictType = options.keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    const sent = await context.sendFrame(frame);
    if (frame !== this.#frame) frame.unref();
    if (sent < 0) throw new EncoderError("encode-failed", `The ${name} encoder failed on a picture (${sent}).`);
    const received = context.receivePacketSync(this.#packet);
    if (received < 0) return undefined;
    try {
      const data = this.#packet.data;
      return data === null ? undefined : { keyframe: this.#packet.isKeyframe, data: new Uint8Array(data) };
    } finally {
      this.#packet.unref();
    }
  }

  setBitrate(bitrateBps: number): void {
    this.#parts.setBitrate(bitrateBps);
  }

  close(): void {
    this.#planar.close();
    this.#frame.free();
    this.#packet.free();
    this.#parts.context.freeContext();
    this.#parts.onClose?.();
  }
}
