// The sizes that the legacy bridge accepts and makes. Checked before anything is allocated.

import { LegacyError } from "./legacy-error.ts";

/** Bytes of the length in front of each pickle. */
export const LEGACY_HEADER_BYTES = 8;
/** Bytes a pixel: blue, green, red. */
export const LEGACY_CHANNELS = 3;
/** Longest side of a picture, in pixels. */
export const LEGACY_MAX_SIDE_PX = 4096;
/** Most pixels of a picture: 3840 × 2160. */
export const LEGACY_MAX_PIXELS = 8_294_400;
/** Longest pickle accepted, in bytes: the largest picture and 4 KiB for what surrounds it (163 bytes in practice). */
export const LEGACY_MAX_PAYLOAD_BYTES: number = LEGACY_MAX_PIXELS * LEGACY_CHANNELS + 4096;
/** Shortest pickle there is, in bytes: a pickled `None`. */
export const LEGACY_MIN_PAYLOAD_BYTES = 4;

/** Size of a picture. */
export interface LegacySize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * Bytes of the pixels of a picture: width × height × 3.
 *
 * @throws LegacyError `unsupported-shape` outside the limits above
 */
export function legacyPixelBytes(size: LegacySize): number {
  const { widthPx, heightPx } = size;
  if (!isSide(widthPx) || !isSide(heightPx) || widthPx * heightPx > LEGACY_MAX_PIXELS) {
    throw new LegacyError(
      "unsupported-shape",
      `a picture of ${widthPx}×${heightPx} pixels is outside the limits (sides 1 to ${LEGACY_MAX_SIDE_PX}, at most ${LEGACY_MAX_PIXELS} pixels)`,
    );
  }
  return widthPx * heightPx * LEGACY_CHANNELS;
}

function isSide(px: number): boolean {
  return Number.isInteger(px) && px >= 1 && px <= LEGACY_MAX_SIDE_PX;
}
