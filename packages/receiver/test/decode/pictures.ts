// Pictures and their encodings for the tests, made by FFmpeg and OpenCV independently of the sender.
import type { TrackMessage, VideoCodec } from "@simple-video-chat/protocol";
import { AV_PICTURE_TYPE_I, AV_PICTURE_TYPE_NONE, AV_PIX_FMT_YUV420P, FF_ENCODER_LIBVPX_VP9, FF_ENCODER_LIBX264 } from "node-av/constants";
import { type Codec as CodecType, Codec, CodecContext, Dictionary, Frame, Packet, Rational } from "node-av/lib";

import { loadOpenCv, type Mat } from "../../src/native/opencv.ts";

export const cv = await loadOpenCv();

/** A smooth picture with something that moves; the same number gives the same picture. */
export function draw(widthPx: number, heightPx: number, number: number): Buffer {
  const bgr = Buffer.alloc(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const at = (y * widthPx + x) * 3;
      bgr[at] = Math.round(40 + (150 * x) / widthPx);
      bgr[at + 1] = Math.round(60 + (120 * y) / heightPx);
      bgr[at + 2] = Math.round(110 + 50 * Math.sin((x + y + 4 * number) / 17));
    }
  }
  return bgr;
}

export function trackOf(codec: VideoCodec, widthPx: number, heightPx: number): TrackMessage {
  return { type: "track", track: 1, codec, barcode: false, widthPx, heightPx, frameRate: 30 };
}

function matOf(bgr: Buffer, widthPx: number, heightPx: number): Mat {
  return new cv.Mat(bgr, heightPx, widthPx, cv.CV_8UC3);
}

export interface Encoded {
  readonly keyframe: boolean;
  readonly data: Buffer;
}

/** Encodes a stream. */
export interface TestEncoder {
  encode(bgr: Buffer, keyframe?: boolean): Encoded;
  close(): void;
}

export function openTestEncoder(codec: VideoCodec, widthPx: number, heightPx: number): Promise<TestEncoder> {
  return codec === "jpeg" ? Promise.resolve(jpegEncoder(widthPx, heightPx)) : openFfmpeg(codec, widthPx, heightPx);
}

/** With OpenCV's parameters for the encoder, such as progressive. */
export function jpegOf(
  bgr: Buffer,
  size: readonly [number, number],
  parameters: readonly number[] = [cv.IMWRITE_JPEG_QUALITY, 90],
): Buffer {
  const mat = matOf(bgr, ...size);
  const data = cv.imencode(".jpg", mat, [...parameters]);
  mat.release();
  return data;
}

function jpegEncoder(widthPx: number, heightPx: number): TestEncoder {
  return { encode: (bgr) => ({ keyframe: true, data: jpegOf(bgr, [widthPx, heightPx]) }), close: () => {} };
}

const encoders = {
  h264: { name: FF_ENCODER_LIBX264, options: { preset: "ultrafast", tune: "zerolatency", "forced-idr": "1" } },
  vp9: { name: FF_ENCODER_LIBVPX_VP9, options: { deadline: "realtime", "cpu-used": "8", "lag-in-frames": "0" } },
} as const;

async function openFfmpeg(kind: keyof typeof encoders, widthPx: number, heightPx: number): Promise<TestEncoder> {
  const { name, options } = encoders[kind];
  const codec: CodecType | null = Codec.findEncoderByName(name);
  if (codec === null) throw new Error(`no ${name}`);
  const context = new CodecContext();
  context.allocContext3(codec);
  Object.assign(context, {
    width: widthPx,
    height: heightPx,
    pixelFormat: AV_PIX_FMT_YUV420P,
    gopSize: 100_000,
    maxBFrames: 0,
    threadCount: 1,
  });
  context.timeBase = new Rational(1, 30);
  context.bitRate = 4_000_000n;
  const opened = await context.open2(codec, Dictionary.fromObject({ ...options }));
  if (opened < 0) throw new Error(`${name} does not open: ${opened}`);
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { format: AV_PIX_FMT_YUV420P, width: widthPx, height: heightPx });
  frame.getBuffer(1);
  const packet = new Packet();
  packet.alloc();
  let pts = 0n;
  return {
    encode: (bgr, keyframe = false) => {
      const mat = matOf(bgr, widthPx, heightPx);
      const planar = mat.cvtColor(cv.COLOR_BGR2YUV_I420);
      frame.fromBuffer(planar.getData());
      mat.release();
      planar.release();
      frame.pts = pts++;
      frame.pictType = keyframe ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
      context.sendFrameSync(frame);
      if (context.receivePacketSync(packet) < 0 || packet.data === null) throw new Error("no packet");
      const encoded = { keyframe: packet.isKeyframe, data: Buffer.from(packet.data) };
      packet.unref();
      return encoded;
    },
    close: () => {
      frame.free();
      packet.free();
      context.freeContext();
    },
  };
}

/** Peak signal-to-noise ratio in dB, over all bytes. */
export function psnr(a: Uint8Array, b: Uint8Array): number {
  if (a.byteLength !== b.byteLength) throw new RangeError("pictures of different sizes");
  let sum = 0;
  for (let at = 0; at < a.byteLength; at++) sum += ((a[at] ?? 0) - (b[at] ?? 0)) ** 2;
  return 10 * Math.log10((255 * 255 * a.byteLength) / Math.max(1, sum));
}

/** A repeatable source of numbers below `limit`. */
export function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) % limit;
  };
}

/** A hostile relative of a packet: bits flipped, bytes overwritten, pieces cut, moved or repeated. */
export function mutate(data: Uint8Array, next: (limit: number) => number): Buffer {
  let bytes = Buffer.from(data);
  for (let times = 1 + next(4); times > 0; times--) {
    if (bytes.length === 0) return bytes;
    const at = next(bytes.length);
    const length = 1 + next(Math.min(64, bytes.length));
    switch (next(6)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8));
        break;
      case 1:
        bytes.fill(next(256), at, Math.min(bytes.length, at + length));
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
        break;
      case 4:
        bytes = bytes.subarray(0, at);
        break;
      default:
        // Headers are where the decisions are made.
        bytes[next(Math.min(bytes.length, 64))] = next(256);
    }
  }
  return bytes;
}
