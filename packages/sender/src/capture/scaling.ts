// The size in which pictures are sent.

import type { SourceFormat } from "./source.ts";

/**
 * The size of a picture whose longer side is at most `maxSidePx`: same shape, never larger than the source, both sides even
 * (the chroma planes of 4:2:0 are half as wide and as high).
 */
export function sentSize(format: SourceFormat, maxSidePx: number): { readonly widthPx: number; readonly heightPx: number } {
  const scale = Math.min(1, maxSidePx / Math.max(format.widthPx, format.heightPx));
  const even = (px: number): number => Math.max(2, 2 * Math.round((px * scale) / 2 - 1e-9));
  const widthPx = even(format.widthPx);
  const heightPx = even(format.heightPx);
  return {
    widthPx: widthPx > format.widthPx && format.widthPx > 2 ? widthPx - 2 : widthPx,
    heightPx: heightPx > format.heightPx && format.heightPx > 2 ? heightPx - 2 : heightPx,
  };
}
