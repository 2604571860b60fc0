// Pictures in another size: each pixel the nearest one, or the mean of the area that it covers.

import type { PixelRows } from "./plain-mat.ts";

/** Each pixel is that one in whose place it is, as OpenCV's INTER_NEAREST. */
export function resizeNearest(from: PixelRows, to: PixelRows): void {
  const { channels } = from;
  for (let y = 0; y < to.rows; y++) {
    const fromRow = from.offset + Math.min(from.rows - 1, Math.floor((y * from.rows) / to.rows)) * from.stride;
    const toRow = to.offset + y * to.stride;
    for (let x = 0; x < to.cols; x++) {
      const fromX = Math.min(from.cols - 1, Math.floor((x * from.cols) / to.cols));
      for (let channel = 0; channel < channels; channel++) {
        to.data[toRow + x * channels + channel] = from.data[fromRow + fromX * channels + channel] ?? 0;
      }
    }
  }
}

/** How much of which pixels one of the result covers, along one side. */
interface Cover {
  readonly first: number;
  readonly weights: readonly number[];
}

function covers(fromPx: number, toPx: number): readonly Cover[] {
  const scale = fromPx / toPx;
  return Array.from({ length: toPx }, (_, index) => {
    const [start, end] = [index * scale, Math.min(fromPx, (index + 1) * scale)];
    const first = Math.min(fromPx - 1, Math.floor(start + 1e-9));
    const weights: number[] = [];
    for (let at = first; at < fromPx && (at < end - 1e-9 || at === first); at++) {
      weights.push(Math.max(1e-9, Math.min(at + 1, end) - Math.max(at, start)) / scale);
    }
    return { first, weights };
  });
}

/** Each pixel is the mean of what it covers, as OpenCV's INTER_AREA for smaller pictures. */
export function resizeArea(from: PixelRows, to: PixelRows): void {
  const { channels } = from;
  const columns = covers(from.cols, to.cols);
  const sums = new Float64Array(to.cols * channels);
  covers(from.rows, to.rows).forEach(({ first: firstRow, weights: rowWeights }, y) => {
    sums.fill(0);
    rowWeights.forEach((rowWeight, row) => {
      const fromRow = from.offset + (firstRow + row) * from.stride;
      for (let x = 0; x < to.cols; x++) {
        const { first = 0, weights = [] } = columns[x] ?? {};
        for (let column = 0; column < weights.length; column++) {
          const weight = rowWeight * (weights[column] ?? 0);
          const at = fromRow + (first + column) * channels;
          for (let channel = 0; channel < channels; channel++) {
            sums[x * channels + channel] = (sums[x * channels + channel] ?? 0) + weight * (from.data[at + channel] ?? 0);
          }
        }
      }
    });
    const toRow = to.offset + y * to.stride;
    for (let at = 0; at < sums.length; at++) to.data[toRow + at] = Math.round(sums[at] ?? 0);
  });
}
