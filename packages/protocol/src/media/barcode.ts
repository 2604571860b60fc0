// A frame's number and capture time as blocks of pixels, which survive coding and scaling: written by the test card,
// read back at the display, so that the whole path is checked without a camera.
//
// Two rows of 48 square blocks across the full width of the picture, black or white, most significant bit first:
//
//   | frame 32 bits | captureUs, low 48 bits | CRC-16/CCITT-FALSE of the ten bytes before, 16 bits |

import { type Micros, micros } from "../time/clock.ts";

/** Blocks in a row; a block is widthPx / 48 wide and as high. */
export const barcodeColumns = 48;
/** Rows of blocks, from the top of the picture. */
export const barcodeRows = 2;

const dataBytes = 10;
const codeBytes = 12;
/** Between the two values of a block, black 16 and white 235, as they come out of a lossy codec. */
const whiteThreshold = 126;

/** What a barcode says. */
export interface Barcode {
  /** Number of the captured frame, from 1. */
  readonly frame: number;
  /** Capture time on the sender's clock. */
  readonly captureUs: Micros;
}

/** CRC-16/CCITT-FALSE (polynomial 0x1021, initial value 0xffff; ITU-T V.41's polynomial). */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}

/** The blocks of a barcode, row by row, {@link barcodeColumns} × {@link barcodeRows} bits: 1 is white. */
export function barcodeBlocks(barcode: Barcode): Uint8Array {
  const bytes = new Uint8Array(codeBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, barcode.frame);
  view.setUint16(4, Math.floor(barcode.captureUs / 2 ** 32) & 0xffff);
  view.setUint32(6, barcode.captureUs % 2 ** 32);
  view.setUint16(dataBytes, crc16(bytes.subarray(0, dataBytes)));
  return Uint8Array.from({ length: codeBytes * 8 }, (_, bit) => ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
}

/** The height in pixels that a barcode takes from the top of a picture of this width. */
export function barcodeHeightPx(widthPx: number): number {
  return Math.round((barcodeRows * widthPx) / barcodeColumns);
}

/**
 * Reads the barcode of a picture.
 *
 * @param bgr the picture: packed BGR, 8 bits, rows without padding; not kept
 * @returns undefined when there is none, or when coding has destroyed it (the CRC fails)
 */
export function readBarcode(bgr: Uint8Array, widthPx: number, heightPx: number): Barcode | undefined {
  if (widthPx < barcodeColumns || heightPx < barcodeHeightPx(widthPx)) return undefined;
  const rowPx = barcodeHeightPx(widthPx) / barcodeRows;
  // The middle third of a block, away from its neighbours' ringing.
  const sidePx = Math.max(1, Math.floor(Math.min(widthPx / barcodeColumns, rowPx) / 3));
  const bytes = new Uint8Array(codeBytes);
  for (let bit = 0; bit < codeBytes * 8; bit++) {
    const left = middle(((bit % barcodeColumns) * widthPx) / barcodeColumns, widthPx / barcodeColumns, sidePx);
    const top = middle(Math.floor(bit / barcodeColumns) * rowPx, rowPx, sidePx);
    if (meanGreen(bgr, widthPx, { left, top, sidePx }) > whiteThreshold) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  }
  const view = new DataView(bytes.buffer);
  if (view.getUint16(dataBytes) !== crc16(bytes.subarray(0, dataBytes))) return undefined;
  return { frame: view.getUint32(0), captureUs: micros(view.getUint16(4) * 2 ** 32 + view.getUint32(6)) };
}

/** First of `sidePx` pixels in the middle of a block. A pixel belongs to the block that its left (upper) edge is in. */
function middle(startPx: number, blockPx: number, sidePx: number): number {
  return Math.ceil(startPx + (blockPx - sidePx) / 2 - 1e-9);
}

function meanGreen(
  bgr: Uint8Array,
  widthPx: number,
  { left, top, sidePx }: { readonly left: number; readonly top: number; readonly sidePx: number },
): number {
  let sum = 0;
  for (let y = top; y < top + sidePx; y++) {
    for (let x = left; x < left + sidePx; x++) sum += bgr[(y * widthPx + x) * 3 + 1] ?? 0;
  }
  return sum / (sidePx * sidePx);
}
