// JPEG of any size; a large one that comes in two halves is decoded in two halves at the same time.

import { availableParallelism } from "node:os";

import type { VideoDecoder } from "./decoder.ts";
import { type DecoderFormat, type FfmpegDecoder, isUnpadded, openJpegDecoder } from "./ffmpeg-decoder.ts";
import { type JpegHalves, splitJpeg } from "./jpeg-halves.ts";
import type { Picture } from "./picture.ts";

/** Below so many pixels a half is too little work for a thread of its own; our encoder cuts from here on, too. */
const halvesPx = 600_000;

/** Opens one. @throws DecodeError decoder-missing */
export async function openAnyJpegDecoder(format: DecoderFormat): Promise<VideoDecoder> {
  const { widthPx, heightPx } = format;
  const whole = await openJpegDecoder(format);
  const isLarge = widthPx * heightPx >= halvesPx && isUnpadded(widthPx) && availableParallelism() > 1;
  return isLarge ? new LargeJpegDecoder(whole, format) : whole;
}

class LargeJpegDecoder implements VideoDecoder {
  readonly #whole: FfmpegDecoder;
  readonly #format: DecoderFormat;
  /** Of the cut that came first; another one's pictures are decoded whole. */
  #pair: Promise<HalvesDecoder> | undefined;
  #halves: HalvesDecoder | undefined;
  /** Which of them has the newest picture. */
  #newest: Pick<VideoDecoder, "picture">;

  constructor(whole: FfmpegDecoder, format: DecoderFormat) {
    this.#whole = whole;
    this.#newest = whole;
    this.#format = format;
  }

  decode(data: Uint8Array): boolean | Promise<boolean> {
    const halves = splitJpeg(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    if (halves !== undefined && halves.upperRows === this.#halves?.upperRows) return this.#decodeHalves(this.#halves, halves);
    if (halves !== undefined) this.#open(halves.upperRows);
    const isPicture = this.#whole.decode(data);
    if (isPicture) this.#newest = this.#whole;
    return isPicture;
  }

  picture(): Picture {
    return this.#newest.picture();
  }

  close(): void {
    this.#whole.close();
    // One that is being opened is closed when it is open.
    this.#pair?.then(
      (halves) => halves.close(),
      () => {},
    );
  }

  async #decodeHalves(decoder: HalvesDecoder, halves: JpegHalves): Promise<boolean> {
    const isPicture = await decoder.decode(halves);
    if (isPicture) this.#newest = decoder;
    return isPicture;
  }

  #open(upperRows: number): void {
    if (this.#pair !== undefined) return;
    this.#pair = HalvesDecoder.open(this.#format, upperRows);
    // Without them all is decoded whole, as it is until they are open.
    this.#pair.then(
      (halves) => (this.#halves = halves),
      () => (this.#pair = undefined),
    );
  }
}

/** Two decoders that write to the two parts of one picture. */
class HalvesDecoder {
  readonly upperRows: number;
  readonly #format: DecoderFormat;
  readonly #pixels: readonly [Buffer, Buffer];
  readonly #upper: FfmpegDecoder;
  readonly #lower: FfmpegDecoder;
  #turn: 0 | 1 = 0;

  private constructor(
    format: DecoderFormat,
    pixels: readonly [Buffer, Buffer],
    [upper, lower]: readonly [FfmpegDecoder, FfmpegDecoder],
    upperRows: number,
  ) {
    this.#format = format;
    this.#pixels = pixels;
    this.#upper = upper;
    this.#lower = lower;
    this.upperRows = upperRows;
  }

  static async open(format: DecoderFormat, upperRows: number): Promise<HalvesDecoder> {
    const { widthPx, heightPx } = format;
    const [bytes, upperBytes] = [widthPx * heightPx * 3, widthPx * upperRows * 3];
    const pixels = [Buffer.alloc(bytes), Buffer.alloc(bytes)] as const;
    const part = (from: number, to: number): [Buffer, Buffer] => [pixels[0].subarray(from, to), pixels[1].subarray(from, to)];
    const decoders = await Promise.all([
      openJpegDecoder({ widthPx, heightPx: upperRows }, part(0, upperBytes)),
      openJpegDecoder({ widthPx, heightPx: heightPx - upperRows }, part(upperBytes, bytes)),
    ]);
    return new HalvesDecoder(format, pixels, decoders, upperRows);
  }

  /** The picture changes only when both halves are good. */
  async decode({ upper, lower }: JpegHalves): Promise<boolean> {
    const aside = this.#upper.attemptAside(upper);
    let isLower = false;
    let isUpper = false;
    try {
      isLower = this.#lower.attempt(lower);
    } finally {
      isUpper = await aside;
    }
    if (!isUpper || !isLower) return false;
    this.#upper.accept();
    this.#lower.accept();
    return true;
  }

  picture(): Picture {
    // They take turns in step.
    this.#upper.picture();
    this.#lower.picture();
    const bgr = this.#pixels[this.#turn];
    this.#turn = this.#turn === 0 ? 1 : 0;
    const { widthPx, heightPx } = this.#format;
    return { widthPx, heightPx, bgr };
  }

  close(): void {
    this.#upper.close();
    this.#lower.close();
  }
}
