// OpenCV's packed BGR → the planes that video encoders take. OpenCV converts twice as fast as swscale.

import { EncoderError } from "../errors.ts";
import type { Mat, OpenCv } from "../native/opencv.ts";

/** A picture's size, both sides even. */
export interface PictureSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * Planar 4:2:0 (I420): Y, then U, then V, rows without padding.
 *
 * @param mat BGR, 8 bits, of exactly this size
 * @returns width × height × 1.5 bytes, owned by the caller
 * @throws EncoderError encode-failed for any other picture
 */
export function toPlanar(cv: OpenCv, mat: Mat, { widthPx, heightPx }: PictureSize): Buffer {
  if (mat.cols !== widthPx || mat.rows !== heightPx) {
    throw new EncoderError("encode-failed", `A picture of ${mat.cols}x${mat.rows} came to an encoder for ${widthPx}x${heightPx}.`);
  }
  try {
    const planar = mat.cvtColor(cv.COLOR_BGR2YUV_I420);
    const pixels = planar.getData();
    planar.release();
    return pixels;
  } catch (error) {
    throw new EncoderError("encode-failed", "A picture is not BGR with 8 bits.", { cause: error });
  }
}

/** I420 → NV12 (Y, then U and V by turns), which most hardware wants. A new buffer of the same length. */
export function interleaveChroma(planar: Buffer, { widthPx, heightPx }: PictureSize): Buffer {
  const luma = widthPx * heightPx;
  const chroma = luma / 4;
  const interleaved = Buffer.allocUnsafe(luma + 2 * chroma);
  planar.copy(interleaved, 0, 0, luma);
  let to = luma;
  for (let at = luma; at < luma + chroma; at++) {
    interleaved[to++] = planar[at] ?? 0;
    interleaved[to++] = planar[at + chroma] ?? 0;
  }
  return interleaved;
}
