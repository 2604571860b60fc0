// A picture in plain JavaScript, with those of OpenCV's Mat's methods that the sender uses, and their meaning. It stands in where OpenCV's
// binding is missing (plain-opencv.ts): slower, and it needs nothing. The tests compare the two.

import { bgrToI420 } from "./colour-conversion.ts";
import { fillCircle, fillRectangle, type Paint, strokeCircle, strokeLine } from "./drawing.ts";
import { writeWords } from "./lettering.ts";
import { resizeArea, resizeNearest } from "./resizing.ts";

/** OpenCV's numbers: what a picture's pixels are, how it is resized, drawn and converted. */
export const numbers = {
  CV_8UC1: 0,
  CV_8UC3: 16,
  INTER_NEAREST: 0,
  INTER_LINEAR: 1,
  INTER_CUBIC: 2,
  INTER_AREA: 3,
  FILLED: -1,
  LINE_AA: 16,
  COLOR_BGR2YUV_I420: 128,
} as const;

export interface PlainPoint {
  readonly x: number;
  readonly y: number;
}
export interface PlainRect extends PlainPoint {
  readonly width: number;
  readonly height: number;
}
/** A colour, as OpenCV's Vec3: blue, green, red. */
export interface PlainVec3 {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Rows of pixels in a buffer, which several pictures may share: a region is a picture too. */
export interface PixelRows {
  readonly rows: number;
  readonly cols: number;
  readonly channels: number;
  readonly data: Uint8Array;
  /** Where the first pixel is, and how far it is from row to row, in bytes. */
  readonly offset: number;
  readonly stride: number;
}

/** A picture of 8 bits a channel. */
export class PlainMat implements PixelRows {
  readonly rows: number;
  readonly cols: number;
  readonly channels: number;
  readonly data: Uint8Array;
  readonly offset: number;
  readonly stride: number;

  /**
   * As OpenCV's: (rows, cols, type), with a fill value for every channel or a buffer that is wrapped; or (buffer, rows, cols, type), which is
   * copied.
   */
  constructor(
    ...args:
      | [rows: number, cols: number, type: number, fill?: number | readonly number[] | Uint8Array]
      | [pixels: Uint8Array, rows: number, cols: number, type: number]
      | [PixelRows]
  ) {
    const [first] = args;
    if (typeof first === "object" && "stride" in first) {
      ({ rows: this.rows, cols: this.cols, channels: this.channels, data: this.data, offset: this.offset, stride: this.stride } = first);
      return;
    }
    const isCopied = typeof first === "object";
    const [rows, cols, type] = (isCopied ? args.slice(1) : args) as [number, number, number];
    this.rows = rows;
    this.cols = cols;
    this.channels = type === numbers.CV_8UC1 ? 1 : 3;
    this.offset = 0;
    this.stride = cols * this.channels;
    const bytes = rows * this.stride;
    const given = isCopied ? first : args[3];
    if (given instanceof Uint8Array) {
      if (given.byteLength < bytes) throw new RangeError(`${given.byteLength} bytes are no picture of ${cols}x${rows}`);
      this.data = isCopied ? Uint8Array.from(given.subarray(0, bytes)) : given;
      return;
    }
    this.data = new Uint8Array(bytes);
    const fill = typeof given === "object" ? given : [Number(given ?? 0)];
    for (let at = 0; at < bytes; at++) this.data[at] = fill[(at % this.channels) % fill.length] ?? 0;
  }

  /** The pixels without gaps: a view where there are none, else a copy. */
  getData(): Buffer {
    const { data, offset } = this.#packed();
    return Buffer.from(data.buffer, data.byteOffset + offset, this.rows * this.cols * this.channels);
  }

  copy(): PlainMat {
    const { rows, cols, channels } = this;
    const data = new Uint8Array(rows * cols * channels);
    const copy = new PlainMat({ rows, cols, channels, data, offset: 0, stride: cols * channels });
    this.copyTo(copy);
    return copy;
  }

  /** Copies into a picture of the same size; with a mask only where that is not 0. */
  copyTo(target: PlainMat, mask?: PlainMat): PlainMat {
    const { rows, cols, channels, stride, data, offset } = this;
    for (let y = 0; y < rows; y++) {
      const from = offset + y * stride;
      const to = target.offset + y * target.stride;
      if (mask === undefined) target.data.set(data.subarray(from, from + cols * channels), to);
      for (let x = 0; mask !== undefined && x < cols; x++) {
        if (mask.data[mask.offset + y * mask.stride + x] === 0) continue;
        for (let channel = 0; channel < channels; channel++) {
          target.data[to + x * channels + channel] = data[from + x * channels + channel] ?? 0;
        }
      }
    }
    return target;
  }

  /** A part of the picture, in the same memory. @throws RangeError when it is not inside */
  getRegion({ x, y, width, height }: PlainRect): PlainMat {
    if (x < 0 || y < 0 || x + width > this.cols || y + height > this.rows) throw new RangeError("the region leaves the picture");
    const { channels, data, stride } = this;
    return new PlainMat({ rows: height, cols: width, channels, data, stride, offset: this.offset + y * stride + x * channels });
  }

  resize(rows: number, cols: number, _fx?: number, _fy?: number, interpolation: number = numbers.INTER_LINEAR): PlainMat {
    const { channels } = this;
    const sized = new PlainMat({ rows, cols, channels, data: new Uint8Array(rows * cols * channels), offset: 0, stride: cols * channels });
    if (interpolation === numbers.INTER_NEAREST) resizeNearest(this, sized);
    else resizeArea(this, sized);
    return sized;
  }

  /** BGR → I420, as one channel of half as many rows more. */
  cvtColor(code: number): PlainMat {
    if (code !== numbers.COLOR_BGR2YUV_I420 || this.channels !== 3) throw new RangeError("only BGR becomes I420 without OpenCV");
    const { rows, cols } = this;
    const data = new Uint8Array((rows * cols * 3) / 2);
    bgrToI420(this, data);
    return new PlainMat({ rows: (rows * 3) / 2, cols, channels: 1, data, offset: 0, stride: cols });
  }

  drawRectangle({ x, y, width, height }: PlainRect, colour: PlainVec3): void {
    fillRectangle(this, { left: x, top: y, width, height }, paintOf(colour));
  }

  drawLine(from: PlainPoint, to: PlainPoint, colour: PlainVec3, thickness: number = 1): void {
    strokeLine(this, from, to, { paint: paintOf(colour), thickness });
  }

  drawCircle(centre: PlainPoint, radius: number, colour: PlainVec3, thickness: number = 1): void {
    if (thickness === numbers.FILLED) fillCircle(this, centre, radius, paintOf(colour));
    else strokeCircle(this, centre, { radius, paint: paintOf(colour), thickness });
  }

  /** Words from the left end of their base line on; there is one font. */
  putText(words: string, { x, y }: PlainPoint, _font: number, scale: number, colour: PlainVec3): void {
    writeWords(this, words, { x, y, scale, paint: paintOf(colour) });
  }

  /** Nothing to free: the memory is JavaScript's. */
  release(): void {}

  #packed(): PixelRows {
    return this.stride === this.cols * this.channels ? this : this.copy();
  }
}

function paintOf({ x, y, z }: PlainVec3): Paint {
  return [x, y, z];
}
