// A picture → PNG file. Compressing takes longer than a frame, so it is done on a thread of Node's pool.

import { open } from "node:fs/promises";

import type { Picture } from "../decode/picture.ts";
import { RecordingError, systemErrorCode } from "./recording-error.ts";
import {
  AV_PIX_FMT_BGR24,
  AV_PIX_FMT_RGB24,
  Codec,
  CodecContext,
  FF_ENCODER_PNG,
  Frame,
  Packet,
  Rational,
  SoftwareScaleContext,
  SWS_POINT,
} from "../native/ffmpeg.ts";

/** Its owner alone may read it. */
const ownerOnly = 0o600;

/** Writes a new file. @param picture is copied before this returns @throws RecordingError (rejects) */
export async function writePng(path: string, picture: Picture): Promise<void> {
  const data = await encodePng(picture);
  try {
    const file = await open(path, "wx", ownerOnly);
    try {
      await file.writeFile(data);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw RecordingError.of(path, systemErrorCode(error), error);
  }
}

/** A picture as PNG. @param picture is copied before this returns @throws RecordingError no-picture (rejects) */
async function encodePng({ widthPx, heightPx, bgr }: Picture): Promise<Buffer> {
  const codec = Codec.findEncoderByName(FF_ENCODER_PNG);
  if (codec === null) throw new RecordingError("no-picture", "This FFmpeg has no encoder for PNG.");
  const from = frameOf(AV_PIX_FMT_BGR24, widthPx, heightPx);
  const to = frameOf(AV_PIX_FMT_RGB24, widthPx, heightPx);
  const scaler = new SoftwareScaleContext();
  const context = new CodecContext();
  const packet = new Packet();
  packet.alloc();
  try {
    from.fromBuffer(bgr);
    scaler.getContext(widthPx, heightPx, AV_PIX_FMT_BGR24, widthPx, heightPx, AV_PIX_FMT_RGB24, SWS_POINT);
    scaler.scaleFrameSync(to, from);
    context.allocContext3(codec);
    context.width = widthPx;
    context.height = heightPx;
    context.pixelFormat = AV_PIX_FMT_RGB24;
    context.timeBase = new Rational(1, 1);
    const opened = await context.open2(codec);
    if (opened < 0 || (await context.sendFrame(to)) < 0 || (await context.receivePacket(packet)) < 0 || packet.data === null) {
      throw new RecordingError("no-picture", "The picture could not be made a PNG.");
    }
    return Buffer.from(packet.data);
  } finally {
    packet.free();
    scaler.freeContext();
    context.freeContext();
    from.free();
    to.free();
  }
}

function frameOf(format: typeof AV_PIX_FMT_BGR24, widthPx: number, heightPx: number): Frame {
  const frame = new Frame();
  frame.alloc();
  frame.format = format;
  frame.width = widthPx;
  frame.height = heightPx;
  frame.getBuffer(1);
  return frame;
}
