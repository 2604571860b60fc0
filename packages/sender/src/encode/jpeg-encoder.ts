// JPEG by OpenCV: every picture a keyframe, nothing to negotiate, a multiple of H.264's bytes. For links and decoders that do not mind.

import { EncoderError } from "../errors.ts";
import { loadOpenCv, type Mat, type OpenCv } from "../native/opencv.ts";
import type { EncodedPicture, VideoEncoder } from "./encoder.ts";

/** OpenCV's scale of 0 to 100. */
const quality = 80;

/** Opens a JPEG encoder. It takes every size, and has no use for the format. */
export async function openJpegEncoder(): Promise<VideoEncoder> {
  return new JpegEncoder(await loadOpenCv());
}

class JpegEncoder implements VideoEncoder {
  readonly codec = "jpeg";
  readonly #cv: OpenCv;
  readonly #parameters: number[];

  constructor(cv: OpenCv) {
    this.#cv = cv;
    this.#parameters = [cv.IMWRITE_JPEG_QUALITY, quality];
  }

  async encode(mat: Mat): Promise<EncodedPicture | undefined> {
    try {
      return { keyframe: true, data: await this.#cv.imencodeAsync(".jpg", mat, this.#parameters) };
    } catch (error) {
      throw new EncoderError("encode-failed", "The JPEG encoder failed on a picture.", { cause: error });
    }
  }

  // A JPEG has no rate: its quality follows the rate controller once there is one.
  setBitrate(): void {}

  close(): void {}
}
