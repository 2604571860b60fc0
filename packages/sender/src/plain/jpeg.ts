// Plain pictures → JPEG by FFmpeg.

import { EncoderError } from "../errors.ts";
import {
  AV_CODEC_FLAG_QSCALE,
  AV_PIX_FMT_YUVJ420P,
  Codec,
  CodecContext,
  FF_ENCODER_MJPEG,
  FF_QP2LAMBDA,
  Frame,
  Packet,
  Rational,
} from "../native/ffmpeg.ts";
import type { PixelRows } from "./plain-mat.ts";

/** MJPEG's quantiser: 2 is best, 31 coarsest. */
const bestQuantiser = 2;
const coarsestQuantiser = 31;

/** Full range BGR → YCbCr of JFIF, chroma the mean of 2×2; sides that are odd are filled up with their last pixels. */
function toFullRangePlanar({ rows, cols, data, offset, stride }: PixelRows, { widthPx, heightPx }: JpegSize): Buffer {
  const planar = Buffer.alloc((widthPx * heightPx * 3) / 2);
  const luma = widthPx * heightPx;
  const pixelAt = (x: number, y: number): number => offset + Math.min(y, rows - 1) * stride + Math.min(x, cols - 1) * 3;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = pixelAt(x, y);
      planar[y * widthPx + x] = 0.114 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.299 * (data[at + 2] ?? 0) + 0.5;
    }
  }
  for (let y = 0, to = luma; y < heightPx; y += 2) {
    for (let x = 0; x < widthPx; x += 2, to++) {
      const corners = [pixelAt(x, y), pixelAt(x + 1, y), pixelAt(x, y + 1), pixelAt(x + 1, y + 1)];
      const mean = (channel: number): number => corners.reduce((sum, at) => sum + (data[at + channel] ?? 0), 0) / 4;
      const [blue, green, red] = [mean(0), mean(1), mean(2)];
      planar[to] = clamp(128 - 0.168736 * red - 0.331264 * green + 0.5 * blue);
      planar[to + luma / 4] = clamp(128 + 0.5 * red - 0.418688 * green - 0.081312 * blue);
    }
  }
  return planar;
}

const clamp = (value: number): number => Math.min(255, Math.max(0, Math.round(value)));

interface JpegSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * Encodes a picture.
 *
 * @param quality 0 to 100, as OpenCV's
 * @throws EncoderError
 */
export function encodeJpeg(picture: PixelRows, quality: number): Buffer {
  const size = { widthPx: Math.ceil(picture.cols / 2) * 2, heightPx: Math.ceil(picture.rows / 2) * 2 };
  const codec = Codec.findEncoderByName(FF_ENCODER_MJPEG);
  if (codec === null) throw new EncoderError("encoder-missing", "This FFmpeg has no encoder mjpeg.");
  const context = new CodecContext();
  context.allocContext3(codec);
  const frame = new Frame();
  frame.alloc();
  const packet = new Packet();
  packet.alloc();
  try {
    context.width = picture.cols;
    context.height = picture.rows;
    context.pixelFormat = AV_PIX_FMT_YUVJ420P;
    context.timeBase = new Rational(1, 25);
    context.threadCount = 1;
    context.setFlags(AV_CODEC_FLAG_QSCALE);
    const quantiser = bestQuantiser + ((100 - quality) / 100) * (coarsestQuantiser - bestQuantiser);
    context.globalQuality = Math.round(quantiser) * FF_QP2LAMBDA;
    if (context.open2Sync(codec) < 0) throw new EncoderError("encoder-refused", `JPEG refused ${picture.cols}x${picture.rows}.`);
    frame.format = AV_PIX_FMT_YUVJ420P;
    frame.width = size.widthPx;
    frame.height = size.heightPx;
    frame.getBuffer(1);
    frame.fromBuffer(toFullRangePlanar(picture, size));
    frame.width = picture.cols;
    frame.height = picture.rows;
    frame.quality = context.globalQuality;
    frame.pts = 0n;
    const isMade = context.sendFrameSync(frame) >= 0 && context.receivePacketSync(packet) >= 0;
    const { data } = packet;
    if (!isMade || data === null) throw new EncoderError("encode-failed", "The JPEG encoder failed on a picture.");
    return Buffer.from(data);
  } finally {
    packet.free();
    frame.free();
    context.freeContext();
  }
}
