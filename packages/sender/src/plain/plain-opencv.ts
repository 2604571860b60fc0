// Those of OpenCV's functions that the sender uses, without OpenCV: so that a camera, a film or the test card can be shown before its binding is
// compiled, or where it cannot be. Windows and the moving scene are not among them.

import type { OpenCv } from "../native/opencv.ts";
import { encodeJpeg } from "./jpeg.ts";
import { wordsWidth } from "./lettering.ts";
import { numbers, PlainMat, type PlainPoint, type PlainRect, type PlainVec3 } from "./plain-mat.ts";
import { captureNumbers, PlainVideoCapture } from "./plain-video-capture.ts";

class Point2 implements PlainPoint {
  readonly x: number;
  readonly y: number;

  constructor(x: number, y: number) {
    this.x = x;
    this.y = y;
  }
}

class Rect extends Point2 implements PlainRect {
  readonly width: number;
  readonly height: number;

  constructor(x: number, y: number, width: number, height: number) {
    super(x, y);
    this.width = width;
    this.height = height;
  }
}

class Vec3 extends Point2 implements PlainVec3 {
  readonly z: number;

  constructor(x: number, y: number, z: number) {
    super(x, y);
    this.z = z;
  }
}

const functions = {
  ...numbers,
  ...captureNumbers,
  FONT_HERSHEY_DUPLEX: 2,
  IMWRITE_JPEG_QUALITY: 1,
  Mat: PlainMat,
  Point2,
  Rect,
  Vec3,
  VideoCapture: PlainVideoCapture,
  getTextSize: (words: string): { readonly size: { readonly width: number } } => ({ size: { width: wordsWidth(words) } }),
  imencode: (_kind: ".jpg", mat: PlainMat, [, quality = 95]: readonly number[] = []): Buffer => encodeJpeg(mat, quality),
  imencodeAsync: (_kind: ".jpg", mat: PlainMat, [, quality = 95]: readonly number[] = []): Promise<Buffer> =>
    Promise.resolve().then(() => encodeJpeg(mat, quality)),
};

/** Named and meant as OpenCV's, which is why it passes for it; whoever uses more of OpenCV in the sender adds it here too. */
export const plainOpenCv: OpenCv = functions as unknown as OpenCv;
