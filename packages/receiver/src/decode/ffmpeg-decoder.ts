// H.264 and JPEG by FFmpeg: one thread (frame threads hold frames back), the announced size enforced before and after.

import { DecodeError } from "../errors.ts";
import {
  AV_CODEC_FLAG_LOW_DELAY,
  AV_CODEC_ID_H264,
  AV_CODEC_ID_MJPEG,
  AV_PIX_FMT_BGR24,
  type AVCodecID,
  Codec,
  CodecContext,
  Dictionary,
  Frame,
  Packet,
  SoftwareScaleContext,
  SWS_POINT,
} from "../native/ffmpeg.ts";
import type { VideoDecoder } from "./decoder.ts";
import type { Picture } from "./picture.ts";

/** Codecs code whole blocks; the picture is cut out of them. 16 for H.264's macroblocks and JPEG's 4:2:0 units. */
const blockPx = 16;

/** What the track announced. */
export interface DecoderFormat {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Opens an H.264 decoder. @throws DecodeError decoder-missing */
export function openH264Decoder(format: DecoderFormat): Promise<VideoDecoder> {
  return open(AV_CODEC_ID_H264, "H.264", format);
}

/** Opens a JPEG decoder. @throws DecodeError decoder-missing */
export function openJpegDecoder(format: DecoderFormat): Promise<VideoDecoder> {
  return open(AV_CODEC_ID_MJPEG, "JPEG", format);
}

async function open(id: AVCodecID, name: string, format: DecoderFormat): Promise<VideoDecoder> {
  const codec = Codec.findDecoder(id);
  if (codec === null) throw new DecodeError("decoder-missing", `This FFmpeg has no ${name} decoder.`);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.threadCount = 1;
  context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
  const blocks = (px: number): number => Math.ceil(px / blockPx) * blockPx;
  // 30 bytes of H.264 can ask for 4096×4096; with this the decoder refuses them before it allocates anything.
  const maxPixels = blocks(format.widthPx) * blocks(format.heightPx);
  const opened = await context.open2(codec, Dictionary.fromObject({ max_pixels: String(maxPixels) }));
  if (opened < 0) throw new DecodeError("decoder-missing", `The ${name} decoder does not open (${opened}).`);
  return new FfmpegDecoder(context, format);
}

class FfmpegDecoder implements VideoDecoder {
  readonly #context: CodecContext;
  readonly #format: DecoderFormat;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  /** Two, so that a display may still read one while the next picture is converted. */
  readonly #buffers: readonly [Buffer, Buffer];
  #turn: 0 | 1 = 0;
  #scaler: SoftwareScaleContext | undefined;

  constructor(context: CodecContext, format: DecoderFormat) {
    this.#context = context;
    this.#format = format;
    this.#frame.alloc();
    const bytes = format.widthPx * format.heightPx * 3;
    this.#buffers = [Buffer.allocUnsafe(bytes), Buffer.allocUnsafe(bytes)];
  }

  decode(data: Uint8Array): boolean {
    this.#packet.alloc();
    this.#packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    const sent = this.#context.sendPacketSync(this.#packet);
    this.#packet.unref();
    if (sent < 0) throw new DecodeError("undecodable", `The decoder refused a packet of ${data.byteLength} bytes (${sent}).`);
    // Receiving takes the place of the last picture, whose memory goes back to the decoder's pool.
    if (this.#context.receiveFrameSync(this.#frame) < 0) return false;
    const { widthPx, heightPx } = this.#format;
    if (this.#frame.width !== widthPx || this.#frame.height !== heightPx) {
      throw new DecodeError(
        "wrong-size",
        `A picture of ${this.#frame.width}x${this.#frame.height} came on a track of ${widthPx}x${heightPx}.`,
      );
    }
    return true;
  }

  picture(): Picture {
    const { widthPx, heightPx } = this.#format;
    if (this.#scaler === undefined) {
      this.#scaler = new SoftwareScaleContext();
      const format = this.#frame.format as Parameters<SoftwareScaleContext["getContext"]>[2];
      this.#scaler.getContext(widthPx, heightPx, format, widthPx, heightPx, AV_PIX_FMT_BGR24, SWS_POINT);
    }
    const bgr = this.#buffers[this.#turn];
    this.#turn = this.#turn === 0 ? 1 : 0;
    this.#scaler.scaleSync(this.#frame.data ?? [], this.#frame.linesize, 0, heightPx, [bgr], [widthPx * 3]);
    return { widthPx, heightPx, bgr };
  }

  close(): void {
    this.#scaler?.freeContext();
    this.#frame.free();
    this.#packet.free();
    this.#context.freeContext();
  }
}
