// BGR → I420 in integers: BT.601, limited range, with OpenCV's own rounding (modules/imgproc/src/color_yuv.simd.hpp), so that the same picture
// comes out with OpenCV and without.

import type { PixelRows } from "./plain-mat.ts";

const shift = 20;
const half = 1 << (shift - 1);
const lumaOffset = 16 << shift;
const chromaOffset = 128 << shift;

/**
 * @param picture BGR with even sides
 * @param planar gets width × height × 1.5 bytes: Y, then U, then V; U and V of a block of 2×2 are those of its first pixel
 */
export function bgrToI420({ rows, cols, data, offset, stride }: PixelRows, planar: Uint8Array): void {
  let u = rows * cols;
  let v = u + u / 4;
  for (let y = 0; y < rows; y++) {
    let at = offset + y * stride;
    let to = y * cols;
    const hasChroma = y % 2 === 0;
    for (let x = 0; x < cols; x++, at += 3) {
      const blue = data[at] ?? 0;
      const green = data[at + 1] ?? 0;
      const red = data[at + 2] ?? 0;
      planar[to++] = (269484 * red + 528482 * green + 102760 * blue + half + lumaOffset) >> shift;
      if (!hasChroma || x % 2 === 1) continue;
      planar[u++] = (-155188 * red - 305135 * green + 460324 * blue + half + chromaOffset) >> shift;
      planar[v++] = (460324 * red - 385875 * green - 74448 * blue + half + chromaOffset) >> shift;
    }
  }
}
