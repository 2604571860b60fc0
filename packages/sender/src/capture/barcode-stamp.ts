// Writes the barcode of protocol's media/barcode.ts into a picture.

import { barcodeColumns, barcodeRows, type Barcode, barcodeBlocks, barcodeHeightPx } from "@simple-video-chat/protocol";

import type { Mat, OpenCv } from "../native/opencv.ts";

const black = 16;
const white = 235;

/** Writes `barcode` over the top rows of `mat` (BGR, 8 bits). */
export function stampBarcode(cv: OpenCv, mat: Mat, barcode: Barcode): void {
  const pixels = Buffer.alloc(barcodeColumns * barcodeRows * 3, black);
  barcodeBlocks(barcode).forEach((bit, index) => {
    if (bit === 1) pixels.fill(white, index * 3, index * 3 + 3);
  });
  const heightPx = barcodeHeightPx(mat.cols);
  const blocks = new cv.Mat(pixels, barcodeRows, barcodeColumns, cv.CV_8UC3);
  const scaled = blocks.resize(heightPx, mat.cols, 0, 0, cv.INTER_NEAREST);
  const top = mat.getRegion(new cv.Rect(0, 0, mat.cols, heightPx));
  // What copyTo gives is one more hold on the whole picture.
  const stamped = scaled.copyTo(top);
  for (const used of [blocks, scaled, top, stamped]) used.release();
}
