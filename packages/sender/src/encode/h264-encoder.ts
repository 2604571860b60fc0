// H.264 by libx264: no lookahead, no B-frames, no periodic keyframes, so that each picture leaves at once and costs no burst.

import { EncoderError } from "../errors.ts";
import {
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  Codec,
  CodecContext,
  Dictionary,
  FF_ENCODER_LIBX264,
  FF_THREAD_SLICE,
  Frame,
  Packet,
  Rational,
} from "../native/ffmpeg.ts";
import { loadOpenCv, type Mat, type OpenCv } from "../native/opencv.ts";
import type { EncodedPicture, EncoderFormat, VideoEncoder } from "./encoder.ts";

/** Keyframes are made on request only. x264 counts pictures, so this is 9 years at 30 Hz. */
const neverPictures = 2 ** 31 - 1;
/**
 * x264's rate buffer in seconds of the bitrate: a picture may take this long to send. 0.1 s keeps a keyframe within the delay budget
 * at the price of a coarser first picture, which is fine again a few pictures later.
 */
const rateBufferS = 0.1;
/** superfast: a third of ultrafast's bytes at the same quality for 2 ms more a picture (docs/decisions/0005-encoder-preset.md). */
const preset = "superfast";

/** Opens an H.264 encoder. @throws EncoderError */
export async function openH264Encoder(format: EncoderFormat): Promise<VideoEncoder> {
  const cv = await loadOpenCv();
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264);
  if (codec === null) throw new EncoderError("encoder-missing", "This FFmpeg has no H.264 encoder. Use --video-codec jpeg.");
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = format.widthPx;
  context.height = format.heightPx;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, 1_000_000);
  context.framerate = new Rational(Math.round(format.frameRate * 1000), 1000);
  context.gopSize = neverPictures;
  context.maxBFrames = 0;
  context.threadType = FF_THREAD_SLICE;
  context.threadCount = 1;
  setRate(context, format.bitrateBps);
  const opened = await context.open2(codec, Dictionary.fromObject({ preset, tune: "zerolatency", "forced-idr": "1" }));
  if (opened < 0) {
    context.freeContext();
    throw new EncoderError("encoder-refused", `The H.264 encoder refused ${format.widthPx}x${format.heightPx} at ${format.frameRate} Hz.`);
  }
  return new H264Encoder(cv, context, format);
}

function setRate(context: CodecContext, bitrateBps: number): void {
  context.bitRate = BigInt(Math.round(bitrateBps));
  context.rcMaxRate = BigInt(Math.round(bitrateBps));
  context.rcBufferSize = Math.round(bitrateBps * rateBufferS);
}

class H264Encoder implements VideoEncoder {
  readonly codec = "h264";
  readonly #cv: OpenCv;
  readonly #context: CodecContext;
  readonly #frame: Frame;
  readonly #packet = new Packet();
  /** One for all pictures: with a new one for each V8 would stop twice a second to collect them, for 8 ms. */
  readonly #pixels: Buffer;
  /** The same bytes as OpenCV writes to them. */
  readonly #planar: Mat;

  constructor(cv: OpenCv, context: CodecContext, format: EncoderFormat) {
    this.#cv = cv;
    const rows = (format.heightPx * 3) / 2;
    this.#pixels = Buffer.allocUnsafe(rows * format.widthPx);
    this.#planar = new cv.Mat(rows, format.widthPx, cv.CV_8UC1, this.#pixels);
    this.#context = context;
    this.#frame = new Frame();
    this.#frame.alloc();
    this.#frame.format = AV_PIX_FMT_YUV420P;
    this.#frame.width = format.widthPx;
    this.#frame.height = format.heightPx;
    this.#frame.getBuffer(1);
    this.#packet.alloc();
  }

  async encode(mat: Mat, options: { readonly captureUs: number; readonly keyframe: boolean }): Promise<EncodedPicture | undefined> {
    this.#toPlanar(mat);
    // The frame then points at these bytes (no copy): they rest until x264 has taken them.
    if (this.#frame.fromBuffer(this.#pixels) < 0) throw new EncoderError("encode-failed", "The H.264 encoder takes no such picture.");
    this.#frame.pts = BigInt(options.captureUs);
    this.#frame.pictType = options.keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    const sent = await this.#context.sendFrame(this.#frame);
    if (sent < 0) throw new EncoderError("encode-failed", `The H.264 encoder failed on a picture (${sent}).`);
    const received = await this.#context.receivePacket(this.#packet);
    if (received < 0) return undefined;
    try {
      const data = this.#packet.data;
      return data === null ? undefined : { keyframe: this.#packet.isKeyframe, data: Uint8Array.from(data) };
    } finally {
      this.#packet.unref();
    }
  }

  /** Converts `mat` into the encoder's own bytes. OpenCV converts twice as fast as swscale. */
  #toPlanar(mat: Mat): void {
    const { width, height } = this.#frame;
    if (mat.cols !== width || mat.rows !== height) {
      throw new EncoderError("encode-failed", `A picture of ${mat.cols}x${mat.rows} came to an encoder for ${width}x${height}.`);
    }
    try {
      const planar = mat.cvtColor(this.#cv.COLOR_BGR2YUV_I420);
      planar.copyTo(this.#planar).release();
      planar.release();
    } catch (error) {
      throw new EncoderError("encode-failed", "A picture is not BGR with 8 bits.", { cause: error });
    }
  }

  setBitrate(bitrateBps: number): void {
    setRate(this.#context, bitrateBps);
  }

  close(): void {
    this.#planar.release();
    this.#frame.free();
    this.#packet.free();
    this.#context.freeContext();
  }
}
