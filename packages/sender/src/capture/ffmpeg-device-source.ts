// What FFmpeg's input devices give: screens and windows everywhere, and cameras where OpenCV does not know their names.

import { nowUs } from "@simple-video-chat/protocol";

import type { SourceError } from "../errors.ts";
import {
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
  SWS_POINT,
} from "../native/ffmpeg.ts";
import { loadOpenCv, type OpenCv } from "../native/opencv.ts";
import type { RawFrame, Source, SourceFormat } from "./source.ts";

/** A device that gave nothing for so long is stuck, ms; see video-capture-source.ts. */
const stuckAfterMs = 1500;
/** How long a read may take to end after the source was closed, ms; it is then left to itself. */
const closePatienceMs = 1000;
const bytesPerPixel = 3;
/** swscale converts this many pixels at a time, and wants rows with room for them. */
const scalerPx = 32;

/** A device in FFmpeg's words. */
export interface FfmpegDevice {
  /** For people. */
  readonly name: string;
  /** "x11grab", "avfoundation", "gdigrab", "dshow". */
  readonly format: string;
  readonly url: string;
  readonly options: Readonly<Record<string, string>>;
  /** Hz, where the device does not say. */
  readonly frameRate: number;
  /** It does not open; or it was open, and gives nothing any more. */
  readonly fail: (when: "open" | "later") => SourceError;
}

/** Opens a device. @throws SourceError (rejects) as `device.fail` makes it */
export async function openFfmpegDevice(device: FfmpegDevice): Promise<Source> {
  const cv = await loadOpenCv();
  const input = new FormatContext();
  const format = InputFormat.findInputFormat(device.format);
  if (format === null) throw device.fail("open");
  const opened = await input.openInput(device.url, format, Dictionary.fromObject({ ...device.options }));
  if (opened < 0) throw device.fail("open");
  const stream = input.streams[input.findBestStream(AVMEDIA_TYPE_VIDEO)];
  const codec = stream && Codec.findDecoder(stream.codecpar.codecId);
  const decoder = new CodecContext();
  if (codec) {
    decoder.allocContext3(codec);
    decoder.parametersToContext(stream.codecpar);
    decoder.threadCount = 1;
  }
  if (!codec || (await decoder.open2(codec)) < 0) {
    await input.closeInput();
    throw device.fail("open");
  }
  return new FfmpegDeviceSource(device, { cv, input, decoder, stream: stream.index });
}

interface OpenDevice {
  readonly cv: OpenCv;
  readonly input: FormatContext;
  readonly decoder: CodecContext;
  readonly stream: number;
}

class FfmpegDeviceSource implements Source {
  readonly format: SourceFormat;
  readonly name: string;
  readonly stuckAfterMs = stuckAfterMs;
  readonly #device: FfmpegDevice;
  readonly #open: OpenDevice;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  readonly #bgr = new Frame();
  readonly #pixels: Buffer;
  #scaler: { readonly layout: AVPixelFormat; readonly context: SoftwareScaleContext } | undefined;
  #isReading = false;
  #isClosed = false;
  #onClose: () => void = () => {};

  constructor(device: FfmpegDevice, open: OpenDevice) {
    this.#device = device;
    this.#open = open;
    this.name = device.name;
    const { width: widthPx, height: heightPx } = open.decoder;
    this.format = { widthPx, heightPx, frameRate: device.frameRate };
    this.#packet.alloc();
    this.#frame.alloc();
    const rowPx = Math.ceil(widthPx / scalerPx) * scalerPx;
    this.#pixels = Buffer.alloc(rowPx * (heightPx + 1) * bytesPerPixel);
    this.#bgr.alloc();
    this.#bgr.format = AV_PIX_FMT_BGR24;
    this.#bgr.width = rowPx;
    this.#bgr.height = heightPx;
    // The scaler takes only frames with memory of their own; then it is made to write to ours.
    this.#bgr.getBuffer(1);
    this.#bgr.fromBuffer(this.#pixels);
  }

  async next(): Promise<RawFrame | undefined> {
    if (this.#isClosed) return undefined;
    this.#isReading = true;
    const reading = this.#read().finally(() => {
      this.#isReading = false;
      if (this.#isClosed) this.#free();
    });
    const closed = new Promise<undefined>((resolve) => (this.#onClose = () => resolve(undefined)));
    const raw = await Promise.race([reading, closed]);
    if (raw === undefined) void reading.then((late) => late?.mat.release()).catch(() => {});
    return raw;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // What is read is freed by whoever reads it.
    if (this.#isReading) setTimeout(() => this.#onClose(), closePatienceMs).unref();
    else this.#free();
  }

  /** @returns undefined when it was closed meanwhile */
  async #read(): Promise<RawFrame | undefined> {
    const { input, decoder, stream } = this.#open;
    while (!this.#isClosed) {
      if ((await input.readFrame(this.#packet)) < 0) {
        if (this.#isClosed) return undefined;
        throw this.#device.fail("later");
      }
      const captureUs = nowUs();
      const isOurs = this.#packet.streamIndex === stream;
      if (isOurs) decoder.sendPacketSync(this.#packet);
      this.#packet.unref();
      if (!isOurs || decoder.receiveFrameSync(this.#frame) < 0) continue;
      // A window that has changed its size is opened anew.
      if (this.#frame.width !== this.format.widthPx || this.#frame.height !== this.format.heightPx) throw this.#device.fail("later");
      if (!this.#isClosed) return { mat: this.#convert(), captureUs };
    }
    return undefined;
  }

  #convert(): RawFrame["mat"] {
    const { cv } = this.#open;
    const { widthPx, heightPx } = this.format;
    this.#scalerFor(this.#frame.format as AVPixelFormat).scaleFrameSync(this.#bgr, this.#frame);
    this.#frame.unref();
    const rowPx = this.#bgr.width;
    const padded = new cv.Mat(this.#pixels.subarray(0, rowPx * heightPx * bytesPerPixel), heightPx, rowPx, cv.CV_8UC3);
    if (rowPx === widthPx) return padded;
    const region = padded.getRegion(new cv.Rect(0, 0, widthPx, heightPx));
    const mat = region.copy();
    region.release();
    padded.release();
    return mat;
  }

  #scalerFor(layout: AVPixelFormat): SoftwareScaleContext {
    if (this.#scaler?.layout !== layout) {
      const { widthPx, heightPx } = this.format;
      this.#scaler?.context.freeContext();
      const context = new SoftwareScaleContext();
      context.getContext(widthPx, heightPx, layout, widthPx, heightPx, AV_PIX_FMT_BGR24, SWS_POINT);
      this.#scaler = { layout, context };
    }
    return this.#scaler.context;
  }

  #free(): void {
    this.#scaler?.context.freeContext();
    this.#frame.free();
    this.#bgr.free();
    this.#packet.free();
    this.#open.decoder.freeContext();
    void this.#open.input.closeInput();
  }
}
