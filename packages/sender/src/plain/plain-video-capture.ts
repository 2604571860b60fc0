// Cameras, files and streams by FFmpeg alone, with those of OpenCV's VideoCapture's methods that the sender uses.

import {
  AV_NOPTS_VALUE,
  AV_PIX_FMT_BGR24,
  AVMEDIA_TYPE_VIDEO,
  type AVPixelFormat,
  Codec,
  CodecContext,
  Dictionary,
  FormatContext,
  Frame,
  InputFormat,
  Packet,
  SoftwareScaleContext,
  type Stream,
  SWS_POINT,
} from "../native/ffmpeg.ts";
import { PlainMat } from "./plain-mat.ts";

/** OpenCV's numbers of the properties. */
export const captureNumbers = {
  CAP_PROP_POS_MSEC: 0,
  CAP_PROP_FRAME_WIDTH: 3,
  CAP_PROP_FRAME_HEIGHT: 4,
  CAP_PROP_FPS: 5,
  CAP_PROP_FOURCC: 6,
  CAP_PROP_BUFFERSIZE: 38,
} as const;

/** swscale wants rows with room for this many pixels at a time. */
const scalerPx = 32;

interface OpenInput {
  readonly input: FormatContext;
  readonly decoder: CodecContext;
  readonly stream: Stream;
}

/** An open camera, file or stream. */
export class PlainVideoCapture {
  readonly #target: string;
  readonly #isCamera: boolean;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  readonly #wishes = new Map<number, number>();
  #open: OpenInput;
  #scaler: { readonly layout: AVPixelFormat; readonly context: SoftwareScaleContext } | undefined;
  #positionMs = 0;
  #isReading = false;
  #isReleased = false;

  /** @param target a file, a URL, a device's path, or a camera's index. @throws Error when it does not open */
  constructor(target: string | number) {
    this.#isCamera = typeof target === "number" || target.startsWith("/dev/");
    this.#target = typeof target === "number" ? `/dev/video${target}` : target;
    this.#packet.alloc();
    this.#frame.alloc();
    this.#open = this.#openInput();
  }

  get(property: number): number {
    const { decoder, stream } = this.#open;
    switch (property) {
      case captureNumbers.CAP_PROP_FRAME_WIDTH:
        return decoder.width;
      case captureNumbers.CAP_PROP_FRAME_HEIGHT:
        return decoder.height;
      case captureNumbers.CAP_PROP_FPS: {
        const { num, den } = stream.avgFrameRate;
        return den === 0 ? 0 : num / den;
      }
      case captureNumbers.CAP_PROP_POS_MSEC:
        return this.#positionMs;
      default:
        return 0;
    }
  }

  /** A camera is opened again with the size and rate that are wished for; others have their own. */
  set(property: number, value: number): boolean {
    const { CAP_PROP_FRAME_WIDTH, CAP_PROP_FRAME_HEIGHT, CAP_PROP_FPS } = captureNumbers;
    const known: readonly number[] = [CAP_PROP_FRAME_WIDTH, CAP_PROP_FRAME_HEIGHT, CAP_PROP_FPS];
    if (!this.#isCamera || !known.includes(property)) return false;
    this.#wishes.set(property, value);
    // Width and height come one after the other, and only both are a size.
    if (property === CAP_PROP_FRAME_WIDTH) return true;
    const before = this.#open;
    close(before);
    try {
      this.#open = this.#openInput();
    } catch {
      this.#wishes.clear();
      this.#open = this.#openInput();
    }
    return true;
  }

  /** The next picture; an empty one at the end. */
  async readAsync(): Promise<PlainMat> {
    const { input, decoder, stream } = this.#open;
    this.#isReading = true;
    try {
      for (;;) {
        if (this.#isReleased) return empty();
        if (decoder.receiveFrameSync(this.#frame) >= 0) return this.#convert();
        const isRead = (await input.readFrame(this.#packet)) >= 0;
        if (!isRead && (decoder.sendPacketSync(null) < 0 || decoder.receiveFrameSync(this.#frame) < 0)) return empty();
        if (!isRead) return this.#convert();
        if (this.#packet.streamIndex === stream.index) decoder.sendPacketSync(this.#packet);
        this.#packet.unref();
      }
    } finally {
      this.#isReading = false;
      if (this.#isReleased) this.#free();
    }
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    // What is read is freed by whoever reads it.
    if (!this.#isReading) this.#free();
  }

  #openInput(): OpenInput {
    const input = new FormatContext();
    const format = this.#isCamera ? InputFormat.findInputFormat("v4l2") : null;
    const width = this.#wishes.get(captureNumbers.CAP_PROP_FRAME_WIDTH);
    const height = this.#wishes.get(captureNumbers.CAP_PROP_FRAME_HEIGHT);
    const rate = this.#wishes.get(captureNumbers.CAP_PROP_FPS);
    const options = Dictionary.fromObject({
      ...(width !== undefined && height !== undefined && { video_size: `${width}x${height}` }),
      ...(rate !== undefined && { framerate: String(rate) }),
    });
    if (input.openInputSync(this.#target, format, options) < 0) throw new Error(`${this.#target} does not open`);
    input.findStreamInfoSync();
    const stream = input.streams[input.findBestStream(AVMEDIA_TYPE_VIDEO)];
    const codec = stream && Codec.findDecoder(stream.codecpar.codecId);
    const decoder = new CodecContext();
    if (!codec) {
      input.closeInputSync();
      throw new Error(`${this.#target} has no video`);
    }
    decoder.allocContext3(codec);
    decoder.parametersToContext(stream.codecpar);
    decoder.threadCount = 1;
    if (decoder.open2Sync(codec) < 0) {
      decoder.freeContext();
      input.closeInputSync();
      throw new Error(`${this.#target} cannot be decoded`);
    }
    return { input, decoder, stream };
  }

  #convert(): PlainMat {
    const { width: cols, height: rows } = this.#frame;
    const { startTime, timeBase } = this.#open.stream;
    // As OpenCV's: since the track's beginning, which the file's sound may lie before.
    const begin = startTime === AV_NOPTS_VALUE ? 0n : startTime;
    if (this.#frame.pts >= begin) this.#positionMs = (Number(this.#frame.pts - begin) * 1000 * timeBase.num) / timeBase.den;
    // The scaler takes only frames with memory of their own; then it is made to write to ours.
    const stride = Math.ceil(cols / scalerPx) * scalerPx * 3;
    const pixels = Buffer.alloc(stride * (rows + 1));
    const bgr = new Frame();
    bgr.alloc();
    bgr.format = AV_PIX_FMT_BGR24;
    bgr.width = stride / 3;
    bgr.height = rows;
    bgr.getBuffer(1);
    bgr.fromBuffer(pixels);
    this.#scalerFor(this.#frame).scaleFrameSync(bgr, this.#frame);
    bgr.free();
    this.#frame.unref();
    return new PlainMat({ rows, cols, channels: 3, data: pixels, offset: 0, stride });
  }

  #scalerFor(frame: Frame): SoftwareScaleContext {
    const layout = frame.format as AVPixelFormat;
    if (this.#scaler?.layout !== layout) {
      const { width, height } = frame;
      this.#scaler?.context.freeContext();
      const context = new SoftwareScaleContext();
      context.getContext(width, height, layout, width, height, AV_PIX_FMT_BGR24, SWS_POINT);
      this.#scaler = { layout, context };
    }
    return this.#scaler.context;
  }

  #free(): void {
    this.#scaler?.context.freeContext();
    this.#frame.free();
    this.#packet.free();
    close(this.#open);
  }
}

function empty(): PlainMat {
  return new PlainMat({ rows: 0, cols: 0, channels: 3, data: new Uint8Array(0), offset: 0, stride: 0 });
}

function close({ input, decoder }: OpenInput): void {
  decoder.freeContext();
  input.closeInputSync();
}
