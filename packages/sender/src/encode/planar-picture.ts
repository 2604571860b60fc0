// OpenCV's packed BGR → the planes that video encoders take. OpenCV converts twice as fast as swscale.

import { EncoderError } from "../errors.ts";
import type { Mat, OpenCv } from "../native/opencv.ts";

/** A picture's size, both sides even. */
export interface PictureSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** One planar 4:2:0 picture (I420: Y, then U, then V, rows without padding), which takes one BGR picture after the other. */
export class PlanarPicture {
  readonly #cv: OpenCv;
  readonly #size: PictureSize;
  /** The same bytes for all pictures: with new ones for each V8 would stop twice a second to collect them, for 8 ms. */
  readonly #pixels: Buffer;
  /** These bytes as OpenCV writes to them: this constructor does not copy. */
  readonly #planar: Mat;

  constructor(cv: OpenCv, size: PictureSize) {
    const rows = (size.heightPx * 3) / 2;
    this.#cv = cv;
    this.#size = size;
    this.#pixels = Buffer.allocUnsafe(rows * size.widthPx);
    this.#planar = new cv.Mat(rows, size.widthPx, cv.CV_8UC1, this.#pixels);
  }

  /**
   * Converts a picture.
   *
   * @param mat BGR, 8 bits, of exactly this size
   * @returns width × height × 1.5 bytes, overwritten by the next call
   * @throws EncoderError encode-failed for any other picture
   */
  convert(mat: Mat): Buffer {
    const { widthPx, heightPx } = this.#size;
    if (mat.cols !== widthPx || mat.rows !== heightPx) {
      throw new EncoderError("encode-failed", `A picture of ${mat.cols}x${mat.rows} came to an encoder for ${widthPx}x${heightPx}.`);
    }
    try {
      const planar = mat.cvtColor(this.#cv.COLOR_BGR2YUV_I420);
      planar.copyTo(this.#planar).release();
      planar.release();
    } catch (error) {
      throw new EncoderError("encode-failed", "A picture is not BGR with 8 bits.", { cause: error });
    }
    return this.#pixels;
  }

  /** Frees the native part. */
  close(): void {
    this.#planar.release();
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
