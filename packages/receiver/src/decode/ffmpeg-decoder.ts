// H.264, VP9 and JPEG by FFmpeg: no frame threads, which hold frames back; the announced size enforced before and after.

import { availableParallelism } from "node:os";

import { DecodeError } from "../errors.ts";
import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_MJPEG,
  AV_CODEC_ID_VP9,
  AV_PIX_FMT_BGR24,
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  AV_PIX_FMT_YUVJ422P,
  AV_PIX_FMT_YUVJ444P,
  type AVCodecID,
  type AVPixelFormat,
  Codec,
  CodecContext,
  Dictionary,
  FF_THREAD_SLICE,
  Frame,
  Packet,
  SoftwareScaleContext,
  SWS_POINT,
} from "../native/ffmpeg.ts";
import type { VideoDecoder } from "./decoder.ts";
import type { Picture } from "./picture.ts";

/** Codecs code whole blocks; the picture is cut out of them. 16 for H.264's macroblocks and JPEG's 4:2:0 units. */
const blockPx = 16;
/** FFmpeg holds the limit against rows as it allocates them: padded to its widest vectors (STRIDE_ALIGN). */
const rowPx = 64;

/** Below so many pixels a slice is too little work for a thread of its own. */
const slicePx = 300_000;

/** swscale converts this many pixels at a time; where a row has no room for the last of them, it leaves them black. */
const scalerPx = 32;

/** What the track announced. */
export interface DecoderFormat {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A codec, and the layouts in which its decoder may give pictures: 8 bits, and what the wire allows. */
interface DecoderKind {
  readonly id: AVCodecID;
  readonly name: string;
  readonly layouts: ReadonlySet<AVPixelFormat>;
  /** Parts of a large picture that can be decoded at the same time. */
  readonly slices: number;
}

/** Our encoder cuts a large picture into two slices. */
const h264: DecoderKind = { id: AV_CODEC_ID_H264, name: "H.264", layouts: new Set([AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P]), slices: 2 };
const vp9: DecoderKind = { id: AV_CODEC_ID_VP9, name: "VP9", layouts: new Set([AV_PIX_FMT_YUV420P]), slices: 1 };
const jpeg: DecoderKind = {
  id: AV_CODEC_ID_MJPEG,
  name: "JPEG",
  layouts: new Set([AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_GRAY8]),
  slices: 1,
};

/** Opens an H.264 decoder. @throws DecodeError decoder-missing */
export function openH264Decoder(format: DecoderFormat): Promise<VideoDecoder> {
  return open(h264, format);
}

/** Opens a VP9 decoder. @throws DecodeError decoder-missing */
export function openVp9Decoder(format: DecoderFormat): Promise<VideoDecoder> {
  return open(vp9, format);
}

/**
 * Opens a JPEG decoder.
 *
 * @param pixels - what its pictures are written to in turns, of their size without padding; default memory of its own
 * @throws DecodeError decoder-missing
 */
export function openJpegDecoder(format: DecoderFormat, pixels?: readonly [Buffer, Buffer]): Promise<FfmpegDecoder> {
  return open(jpeg, format, pixels);
}

/** Whether the scaler writes rows of this width without padding. */
export function isUnpadded(widthPx: number): boolean {
  return widthPx % scalerPx === 0;
}

async function open(kind: DecoderKind, format: DecoderFormat, pixels?: readonly [Buffer, Buffer]): Promise<FfmpegDecoder> {
  const { name } = kind;
  const codec = Codec.findDecoder(kind.id);
  if (codec === null) throw new DecodeError("decoder-missing", `This FFmpeg has no ${name} decoder.`);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.threadType = FF_THREAD_SLICE;
  context.threadCount = format.widthPx * format.heightPx < slicePx ? 1 : Math.min(kind.slices, availableParallelism());
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  const padded = (px: number, to: number): number => Math.ceil(px / to) * to;
  // 30 bytes of H.264 can ask for 4096×4096; with this the decoder refuses them before it allocates anything.
  const maxPixels = padded(format.widthPx, rowPx) * padded(format.heightPx, blockPx);
  const opened = await context.open2(codec, Dictionary.fromObject({ max_pixels: String(maxPixels) }));
  if (opened < 0) {
    context.freeContext();
    throw new DecodeError("decoder-missing", `The ${name} decoder does not open (${opened}).`);
  }
  return new FfmpegDecoder(context, kind, { ...format, pixels });
}

/** What the scaler writes one picture to. */
class Target {
  /** Its pixels are {@link #pixels}: for a width that does not suit the scaler with padded rows, and one row to spare. */
  readonly frame = new Frame();
  readonly #pixels: Buffer;
  /** Rows without padding: the same bytes where the width suits the scaler. */
  readonly #bgr: Buffer;
  readonly #format: DecoderFormat;
  readonly #rowBytes: number;

  constructor(format: DecoderFormat, pixels?: Buffer) {
    const { widthPx, heightPx } = format;
    const rowPx = Math.ceil(widthPx / scalerPx) * scalerPx;
    this.#format = format;
    this.#rowBytes = rowPx * 3;
    const isPadded = !isUnpadded(widthPx);
    this.#pixels = pixels ?? Buffer.alloc(this.#rowBytes * (isPadded ? heightPx + 1 : heightPx));
    this.#bgr = isPadded ? Buffer.alloc(widthPx * heightPx * 3) : this.#pixels;
    this.frame.alloc();
    this.frame.format = AV_PIX_FMT_BGR24;
    this.frame.width = rowPx;
    this.frame.height = heightPx;
    // The scaler takes only frames with memory of their own; then it is made to write to ours.
    this.frame.getBuffer(1);
    this.frame.fromBuffer(this.#pixels);
  }

  /** What was written last. */
  picture(): Picture {
    const { widthPx, heightPx } = this.#format;
    if (this.#bgr !== this.#pixels) {
      const bytes = widthPx * 3;
      for (let y = 0; y < heightPx; y++) this.#pixels.copy(this.#bgr, y * bytes, y * this.#rowBytes, y * this.#rowBytes + bytes);
    }
    return { widthPx, heightPx, bgr: this.#bgr };
  }

  close(): void {
    this.frame.free();
  }
}

/** A decoder of FFmpeg's. */
export class FfmpegDecoder implements VideoDecoder {
  readonly #context: CodecContext;
  readonly #kind: DecoderKind;
  readonly #format: DecoderFormat;
  readonly #packet = new Packet();
  /** The picture: the last good one that was accepted. */
  #frame = new Frame();
  /** That of the last attempt. */
  #attempted = new Frame();
  /** Receives the next one: a bad one must not take the place of a good one, and to be asked for another empties a frame. */
  #spare = new Frame();
  /** Two, so that a display may still read one while the next picture is converted. */
  readonly #targets: readonly [Target, Target];
  #turn: 0 | 1 = 0;
  #scaler: { readonly layout: AVPixelFormat; readonly context: SoftwareScaleContext } | undefined;

  /** @internal */
  constructor(
    context: CodecContext,
    kind: DecoderKind,
    { pixels, ...format }: DecoderFormat & { readonly pixels?: readonly [Buffer, Buffer] | undefined },
  ) {
    this.#context = context;
    this.#kind = kind;
    this.#format = format;
    this.#frame.alloc();
    this.#attempted.alloc();
    this.#spare.alloc();
    this.#targets = [new Target(format, pixels?.[0]), new Target(format, pixels?.[1])];
  }

  decode(data: Uint8Array): boolean {
    const isPicture = this.attempt(data);
    if (isPicture) this.accept();
    return isPicture;
  }

  /** Decodes one packet as {@link decode} does, but {@link picture} stays what it was until {@link accept}. */
  attempt(data: Uint8Array): boolean {
    this.#fill(data);
    return this.#receive(this.#context.sendPacketSync(this.#packet));
  }

  /** The same on another thread; nothing else may be asked of the decoder but {@link picture} until it is settled. */
  async attemptAside(data: Uint8Array): Promise<boolean> {
    this.#fill(data);
    return this.#receive(await this.#context.sendPacket(this.#packet));
  }

  /** Takes over the picture of the last attempt. */
  accept(): void {
    [this.#frame, this.#attempted] = [this.#attempted, this.#frame];
  }

  picture(): Picture {
    const target = this.#targets[this.#turn];
    this.#turn = this.#turn === 0 ? 1 : 0;
    // By frames: a frame's planes as Buffers would be new ones for each picture, which V8 has to collect.
    this.#scalerFor(this.#frame.format as AVPixelFormat).scaleFrameSync(target.frame, this.#frame);
    return target.picture();
  }

  close(): void {
    this.#scaler?.context.freeContext();
    for (const target of this.#targets) target.close();
    this.#frame.free();
    this.#attempted.free();
    this.#spare.free();
    this.#packet.free();
    this.#context.freeContext();
  }

  #fill(data: Uint8Array): void {
    this.#packet.alloc();
    this.#packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }

  /** @param sent what the decoder said to the packet */
  #receive(sent: number): boolean {
    const bytes = this.#packet.size;
    this.#packet.unref();
    if (sent < 0) throw new DecodeError("undecodable", `The decoder refused a packet of ${bytes} bytes (${sent}).`);
    let isPicture = false;
    // One packet, one picture; should there be more, none may stay behind to delay all that follow.
    while (this.#context.receiveFrameSync(this.#spare) >= 0) {
      this.#checkPicture(this.#spare);
      [this.#attempted, this.#spare] = [this.#spare, this.#attempted];
      isPicture = true;
    }
    return isPicture;
  }

  /** The scaler reads as many bytes as the size and the layout promise: a stream may change both on the way. */
  #checkPicture(frame: Frame): void {
    const { widthPx, heightPx } = this.#format;
    const { width, height, format } = frame;
    const isOfSize = width === widthPx && height === heightPx;
    if (isOfSize && this.#kind.layouts.has(format as AVPixelFormat)) return;
    frame.unref();
    if (isOfSize) throw new DecodeError("undecodable", `A picture came in a layout (${format}) that ${this.#kind.name} may not have here.`);
    throw new DecodeError("wrong-size", `A picture of ${width}x${height} came on a track of ${widthPx}x${heightPx}.`);
  }

  #scalerFor(layout: AVPixelFormat): SoftwareScaleContext {
    if (this.#scaler?.layout !== layout) {
      const { widthPx, heightPx } = this.#format;
      this.#scaler?.context.freeContext();
      const context = new SoftwareScaleContext();
      context.getContext(widthPx, heightPx, layout, widthPx, heightPx, AV_PIX_FMT_BGR24, SWS_POINT);
      this.#scaler = { layout, context };
    }
    return this.#scaler.context;
  }
}
