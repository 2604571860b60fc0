// JPEG by OpenCV: every picture a keyframe, nothing to negotiate, a multiple of H.264's bytes. For links and decoders that do not mind.

import { EncoderError } from "../errors.ts";
import { loadOpenCv, type Mat, type OpenCv } from "../native/opencv.ts";
import type { EncodedPicture, EncoderFormat, VideoEncoder } from "./encoder.ts";

/** On OpenCV's scale of 0 to 100: above 80 bytes grow faster than quality, below 10 there are only blocks. */
const bestQuality = 80;
const worstQuality = 10;
/** A size within this of the target is right; one above it is corrected by the logarithm of the excess, one below it by small steps. */
const tooSmall = 0.8;
const qualityPerOctave = 24;
const stepUp = 2;

/** Opens a JPEG encoder. It takes every size. */
export async function openJpegEncoder(format: EncoderFormat): Promise<VideoEncoder> {
  return new JpegEncoder(await loadOpenCv(), format);
}

class JpegEncoder implements VideoEncoder {
  readonly codec = "jpeg";
  readonly #cv: OpenCv;
  readonly #frameRate: number;
  #targetBytes: number;
  #quality = bestQuality;

  constructor(cv: OpenCv, format: EncoderFormat) {
    this.#cv = cv;
    this.#frameRate = format.frameRate;
    this.#targetBytes = format.bitrateBps / format.frameRate / 8;
  }

  async encode(mat: Mat): Promise<EncodedPicture | undefined> {
    let data: Buffer;
    try {
      data = await this.#cv.imencodeAsync(".jpg", mat, [this.#cv.IMWRITE_JPEG_QUALITY, Math.round(this.#quality)]);
    } catch (error) {
      throw new EncoderError("encode-failed", "The JPEG encoder failed on a picture.", { cause: error });
    }
    this.#adjust(data.byteLength);
    return { keyframe: true, data };
  }

  setBitrate(bitrateBps: number): void {
    this.#targetBytes = bitrateBps / this.#frameRate / 8;
  }

  close(): void {}

  /** JPEG has no rate control of its own: the next picture's quality follows the last one's size. */
  #adjust(bytes: number): void {
    const ratio = bytes / this.#targetBytes;
    if (ratio > 1) this.#quality -= qualityPerOctave * Math.log2(ratio);
    else if (ratio < tooSmall) this.#quality += stepUp;
    this.#quality = Math.min(bestQuality, Math.max(worstQuality, this.#quality));
  }
}
