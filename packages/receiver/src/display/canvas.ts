// A picture as something to draw on: rounded boxes and words, blended into its pixels. Plain arithmetic, no native code.

import type { Letters } from "./letters.ts";

/** Blue, green, red, 0 to 255. */
export type Colour = readonly [blue: number, green: number, red: number];

/** A rectangle, whole pixels. */
export interface Box {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** How something is filled. */
export interface Fill {
  readonly colour: Colour;
  /** From 0, nothing, to 1; default 1. */
  readonly opacity?: number;
  /** Of the corners; default 0. */
  readonly radiusPx?: number;
}

/** Where words stand, and how. */
export interface Lettering {
  /** Where the first letter begins. */
  readonly xPx: number;
  readonly baselinePx: number;
  /** Of the em. */
  readonly sizePx: number;
  readonly colour: Colour;
}

/** A canvas. What lies outside of it is not drawn. */
export class Canvas {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly letters: Letters;
  readonly #bgr: Uint8Array;

  /** @param bgr packed rows, 8 bits; drawn into, and its owner's */
  constructor(bgr: Uint8Array, widthPx: number, heightPx: number, letters: Letters) {
    if (bgr.byteLength < widthPx * heightPx * 3) throw new RangeError("the pixels are fewer than the size says");
    this.#bgr = bgr;
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    this.letters = letters;
  }

  /** Fills a box. */
  fill(box: Box, { colour, opacity = 1, radiusPx = 0 }: Fill): void {
    const { leftPx, topPx, widthPx, heightPx } = box;
    const radius = Math.min(radiusPx, widthPx / 2, heightPx / 2);
    for (let y = 0; y < heightPx; y++) {
      const fromEnd = Math.min(y + 0.5, heightPx - y - 0.5);
      // Only in the rows of a corner are there pixels that are covered in part.
      const edgePx = fromEnd < radius ? Math.ceil(radius) : 0;
      const row = topPx + y;
      for (let x = 0; x < edgePx; x++) {
        const covered = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(radius - x - 0.5, radius - fromEnd)));
        if (covered === 0) continue;
        this.#blend(leftPx + x, row, colour, opacity * covered);
        if (widthPx - 1 - x !== x) this.#blend(leftPx + widthPx - 1 - x, row, colour, opacity * covered);
      }
      this.#fillRow(row, leftPx + edgePx, leftPx + widthPx - edgePx, colour, opacity);
    }
  }

  /** Draws words on one line; characters that the font has not become "\ufffd". */
  write(text: string, { xPx, baselinePx, sizePx, colour }: Lettering): void {
    this.letters.layOut(text, { xPx, sizePx }, (glyph, x) => {
      for (let row = 0; row < glyph.heightPx; row++) {
        for (let column = 0; column < glyph.widthPx; column++) {
          const covered = glyph.coverage[row * glyph.widthPx + column] ?? 0;
          if (covered > 0) this.#blend(x + glyph.leftPx + column, Math.round(baselinePx) - glyph.topPx + row, colour, covered / 255);
        }
      }
    });
  }

  #fillRow(y: number, from: number, to: number, [blue, green, red]: Colour, opacity: number): void {
    if (y < 0 || y >= this.heightPx) return;
    const pixels = this.#bgr;
    const start = (y * this.widthPx + Math.max(0, from)) * 3;
    const end = (y * this.widthPx + Math.min(this.widthPx, to)) * 3;
    // In 256ths: this is the one loop that runs over many pixels in every frame.
    const weight = Math.round(opacity * 256);
    const [addBlue, addGreen, addRed, keep] = [blue * weight + 128, green * weight + 128, red * weight + 128, 256 - weight];
    for (let at = start; at < end; at += 3) {
      pixels[at] = ((pixels[at] ?? 0) * keep + addBlue) >> 8;
      pixels[at + 1] = ((pixels[at + 1] ?? 0) * keep + addGreen) >> 8;
      pixels[at + 2] = ((pixels[at + 2] ?? 0) * keep + addRed) >> 8;
    }
  }

  #blend(x: number, y: number, [blue, green, red]: Colour, opacity: number): void {
    if (x < 0 || y < 0 || x >= this.widthPx || y >= this.heightPx) return;
    const at = (y * this.widthPx + x) * 3;
    const pixels = this.#bgr;
    const old = 1 - opacity;
    pixels[at] = (pixels[at] ?? 0) * old + blue * opacity + 0.5;
    pixels[at + 1] = (pixels[at + 1] ?? 0) * old + green * opacity + 0.5;
    pixels[at + 2] = (pixels[at + 2] ?? 0) * old + red * opacity + 0.5;
  }
}
