// Decodes with FFmpeg, independently of the receiver, and compares pictures.
import { AV_CODEC_ID_H264, AV_CODEC_ID_MJPEG, AV_CODEC_ID_VP9, AV_PIX_FMT_BGR24, SWS_POINT } from "node-av/constants";
import { Codec, CodecContext, Frame, Packet, SoftwareScaleContext } from "node-av/lib";

import type { VideoCodec } from "@simple-video-chat/protocol";

export interface Decoded {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bgr: Buffer;
}

const decoderIds = { h264: AV_CODEC_ID_H264, jpeg: AV_CODEC_ID_MJPEG, vp9: AV_CODEC_ID_VP9 } as const;

/** A decoder of one stream. */
export class ReferenceDecoder {
  readonly #context = new CodecContext();
  readonly #frame = new Frame();

  private constructor() {
    this.#frame.alloc();
  }

  static async open(codec: VideoCodec): Promise<ReferenceDecoder> {
    const decoder = new ReferenceDecoder();
    const found = Codec.findDecoder(decoderIds[codec]);
    if (found === null) throw new Error(`no decoder for ${codec}`);
    decoder.#context.allocContext3(found);
    decoder.#context.threadCount = 1;
    const opened = await decoder.#context.open2(found, null);
    if (opened < 0) throw new Error(`the decoder does not open: ${opened}`);
    return decoder;
  }

  /** undefined: it cannot be decoded. */
  decode(data: Uint8Array): Decoded | undefined {
    const packet = new Packet();
    packet.alloc();
    packet.data = Buffer.from(data);
    const sent = this.#context.sendPacketSync(packet);
    packet.free();
    if (sent < 0 || this.#context.receiveFrameSync(this.#frame) < 0) return undefined;
    const { width, height } = this.#frame;
    // swscale writes whole vectors: beyond the end of the last row of small pictures.
    const bgr = Buffer.alloc(width * height * 3 + 1_024).subarray(0, width * height * 3);
    const scaler = new SoftwareScaleContext();
    const format = this.#frame.format as Parameters<SoftwareScaleContext["getContext"]>[2];
    scaler.getContext(width, height, format, width, height, AV_PIX_FMT_BGR24, SWS_POINT);
    scaler.scaleSync(this.#frame.data ?? [], this.#frame.linesize, 0, height, [bgr], [width * 3]);
    scaler.freeContext();
    return { widthPx: width, heightPx: height, bgr };
  }

  close(): void {
    this.#frame.free();
    this.#context.freeContext();
  }
}

/** Peak signal-to-noise ratio in dB, over all bytes. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.byteLength !== b.byteLength) throw new RangeError("pictures of different sizes");
  let sum = 0;
  for (let at = 0; at < a.byteLength; at++) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return 10 * Math.log10((255 * 255 * a.byteLength) / Math.max(1, sum));
}
