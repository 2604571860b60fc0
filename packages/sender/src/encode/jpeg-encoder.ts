// JPEG by OpenCV: every picture a keyframe, nothing to negotiate, a multiple of H.264's bytes. For links and decoders that do not mind.

import { availableParallelism } from "node:os";

import { EncoderError } from "../errors.ts";
import { loadOpenCv, type Mat, missingOpenCv, type OpenCv } from "../native/opencv.ts";
import type { EncodedPicture, EncoderFormat, VideoEncoder } from "./encoder.ts";
import { joinBands, upperRows } from "./jpeg-bands.ts";

/** On OpenCV's scale of 0 to 100: above 80 bytes grow faster than quality, below 10 there are only blocks. */
const bestQuality = 80;
const worstQuality = 10;
/** A size within this of the target is right; one above it is corrected by the logarithm of the excess, one below it by small steps. */
const tooSmall = 0.8;
const qualityPerOctave = 24;
const stepUp = 2;
/** Below so many pixels half a picture is too little work for a thread of its own: 640×480 would gain 0.2 ms for 0.5 ms of processor time. */
const bandsPx = 600_000;

/** Opens a JPEG encoder. It takes every size. */
export async function openJpegEncoder(format: EncoderFormat): Promise<VideoEncoder> {
  return new JpegEncoder(await loadOpenCv(), format);
}

class JpegEncoder implements VideoEncoder {
  readonly codec = "jpeg";
  readonly #cv: OpenCv;
  readonly #frameRate: number;
  #targetBytes: number;
  #quality: number;
  /** Rows of the upper half where a picture is encoded in two at a time; undefined: in one. */
  readonly #upperRows: number | undefined;

  constructor(cv: OpenCv, format: EncoderFormat) {
    this.#cv = cv;
    this.#frameRate = format.frameRate;
    this.#quality = format.quality ?? bestQuality;
    this.#targetBytes = format.bitrateBps / format.frameRate / 8;
    // What stands in for OpenCV has one thread, and other tables.
    const isCut = format.widthPx * format.heightPx >= bandsPx && availableParallelism() > 1 && missingOpenCv() === undefined;
    this.#upperRows = isCut ? upperRows(format) : undefined;
  }

  get quality(): number {
    return this.#quality;
  }

  async encode(mat: Mat): Promise<EncodedPicture | undefined> {
    let data: Buffer;
    try {
      data = await (this.#upperRows === undefined ? this.#encode(mat) : this.#encodeBands(mat, this.#upperRows));
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

  #encode(mat: Mat): Promise<Buffer> {
    return this.#cv.imencodeAsync(".jpg", mat, [this.#cv.IMWRITE_JPEG_QUALITY, Math.round(this.#quality)]);
  }

  async #encodeBands(mat: Mat, rows: number): Promise<Buffer> {
    const { Rect } = this.#cv;
    const bands = [mat.getRegion(new Rect(0, 0, mat.cols, rows)), mat.getRegion(new Rect(0, rows, mat.cols, mat.rows - rows))];
    // Both settle before either is given up: the picture is the caller's again afterwards.
    const settled = await Promise.allSettled(bands.map((band) => this.#encode(band)));
    for (const band of bands) band.release();
    const [upper, lower] = settled.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
    if (upper === undefined || lower === undefined) throw new EncoderError("encode-failed", "The JPEG encoder gave no picture.");
    return joinBands(upper, lower);
  }

  /** JPEG has no rate control of its own: the next picture's quality follows the last one's size. */
  #adjust(bytes: number): void {
    const ratio = bytes / this.#targetBytes;
    if (ratio > 1) this.#quality -= qualityPerOctave * Math.log2(ratio);
    else if (ratio < tooSmall) this.#quality += stepUp;
    this.#quality = Math.min(bestQuality, Math.max(worstQuality, this.#quality));
  }
}
