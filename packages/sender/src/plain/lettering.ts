// Letters of 5×7 dots for the test card: digits, capitals, and the few others that it writes.

import { fillRectangle, type Paint } from "./drawing.ts";
import type { PixelRows } from "./plain-mat.ts";

/** Each letter's rows from the top, five bits each, the leftmost highest. */
const letters: Readonly<Record<string, readonly number[]>> = {
  " ": [0, 0, 0, 0, 0, 0, 0],
  ".": [0, 0, 0, 0, 0, 12, 12],
  ":": [0, 12, 12, 0, 12, 12, 0],
  "0": [14, 17, 19, 21, 25, 17, 14],
  "1": [4, 12, 4, 4, 4, 4, 14],
  "2": [14, 17, 1, 2, 4, 8, 31],
  "3": [31, 2, 4, 2, 1, 17, 14],
  "4": [2, 6, 10, 18, 31, 2, 2],
  "5": [31, 16, 30, 1, 1, 17, 14],
  "6": [6, 8, 16, 30, 17, 17, 14],
  "7": [31, 1, 2, 4, 8, 8, 8],
  "8": [14, 17, 17, 14, 17, 17, 14],
  "9": [14, 17, 17, 15, 1, 2, 12],
  A: [14, 17, 17, 31, 17, 17, 17],
  C: [14, 17, 16, 16, 16, 17, 14],
  D: [30, 17, 17, 17, 17, 17, 30],
  E: [31, 16, 16, 30, 16, 16, 31],
  H: [17, 17, 17, 31, 17, 17, 17],
  I: [14, 4, 4, 4, 4, 4, 14],
  L: [16, 16, 16, 16, 16, 16, 31],
  M: [17, 27, 21, 21, 17, 17, 17],
  O: [14, 17, 17, 17, 17, 17, 14],
  P: [30, 17, 17, 30, 16, 16, 16],
  S: [15, 16, 16, 14, 1, 1, 30],
  T: [31, 4, 4, 4, 4, 4, 4],
  V: [17, 17, 17, 17, 17, 10, 4],
  x: [0, 0, 17, 10, 4, 10, 17],
  z: [0, 0, 31, 2, 4, 8, 31],
};

const unknown = [31, 31, 31, 31, 31, 31, 31];
/** As high as OpenCV's capitals at scale 1, so that whoever places words need not know which letters these are. */
const capitalPx = 22;
const dotRows = 7;
const dotColumns = 6;

/** How wide words are at scale 1. */
export function wordsWidth(words: string): number {
  return Math.round(([...words].length * dotColumns * capitalPx) / dotRows);
}

/** Writes words; `x` and `y` are the left end of their base line. */
export function writeWords(
  picture: PixelRows,
  words: string,
  { x, y, scale, paint }: { readonly x: number; readonly y: number; readonly scale: number; readonly paint: Paint },
): void {
  const dot = (capitalPx * scale) / dotRows;
  [...words].forEach((letter, index) => {
    (letters[letter] ?? unknown).forEach((bits, row) => {
      for (let column = 0; column < 5; column++) {
        if ((bits & (16 >> column)) === 0) continue;
        const left = Math.round(x + (index * dotColumns + column) * dot);
        const top = Math.round(y + (row - dotRows) * dot);
        const [right, bottom] = [Math.round(x + (index * dotColumns + column + 1) * dot), Math.round(y + (row + 1 - dotRows) * dot)];
        fillRectangle(picture, { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) }, paint);
      }
    });
  });
}
