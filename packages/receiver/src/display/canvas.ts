// Something to draw on that is then laid over pictures: rounded boxes and words. Plain arithmetic, no native code.

import type { Glyph, Letters } from "./letters.ts";

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

/** All of a pixel, in the parts in which a canvas counts. */
const whole = 256;

/**
 * A canvas: transparent at first, drawn on, and then laid over any number of pictures, which costs only as much as was covered. What lies
 * outside of it is not drawn.
 */
export class Canvas {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly letters: Letters;
  /** What of a picture's pixel is kept, of `whole`, and what is added to it, `whole` times, blue, green, red. */
  readonly #kept: Uint16Array;
  readonly #added: Uint16Array;
  /** The columns of each row that were drawn on: from, to. */
  readonly #drawn: Int32Array;

  constructor(widthPx: number, heightPx: number, letters: Letters) {
    this.widthPx = widthPx;
    this.heightPx = heightPx;
    this.letters = letters;
    this.#kept = new Uint16Array(widthPx * heightPx).fill(whole);
    this.#added = new Uint16Array(widthPx * heightPx * 3);
    this.#drawn = new Int32Array(heightPx * 2);
  }

  /** Makes it bare again, which costs only as much as was drawn. */
  clear(): void {
    for (let y = 0; y < this.heightPx; y++) {
      const end = this.#drawn[2 * y + 1] ?? 0;
      if (end === 0) continue;
      const first = y * this.widthPx;
      const start = this.#drawn[2 * y] ?? 0;
      this.#kept.fill(whole, first + start, first + end);
      this.#added.fill(0, 3 * (first + start), 3 * (first + end));
    }
    this.#drawn.fill(0);
  }

  /** Lays it over a picture of its size: packed rows of blue, green, red, 8 bits; these are changed. */
  layOver(bgr: Uint8Array): void {
    if (bgr.byteLength < this.widthPx * this.heightPx * 3) throw new RangeError("the picture is smaller than the canvas");
    const [kept, added, drawn] = [this.#kept, this.#added, this.#drawn];
    // The one loop that runs over many pixels in every picture.
    for (let y = 0; y < this.heightPx; y++) {
      const end = y * this.widthPx + (drawn[2 * y + 1] ?? 0);
      for (let pixel = y * this.widthPx + (drawn[2 * y] ?? 0); pixel < end; pixel++) {
        const keep = kept[pixel] ?? 0;
        if (keep === whole) continue;
        const at = 3 * pixel;
        bgr[at] = ((bgr[at] ?? 0) * keep + (added[at] ?? 0)) >> 8;
        bgr[at + 1] = ((bgr[at + 1] ?? 0) * keep + (added[at + 1] ?? 0)) >> 8;
        bgr[at + 2] = ((bgr[at + 2] ?? 0) * keep + (added[at + 2] ?? 0)) >> 8;
      }
    }
  }

  /** Fills a box. */
  fill(box: Box, { colour, opacity = 1, radiusPx = 0 }: Fill): void {
    const { leftPx, topPx, widthPx, heightPx } = box;
    const radius = Math.min(radiusPx, widthPx / 2, heightPx / 2);
    const even = evenRow(colour, opacity, widthPx);
    for (let y = 0; y < heightPx; y++) {
      const fromEnd = Math.min(y + 0.5, heightPx - y - 0.5);
      // Only in the rows of a corner are there pixels that are covered in part.
      const edgePx = fromEnd < radius ? Math.ceil(radius) : 0;
      const row = topPx + y;
      const [from, to] = [leftPx + edgePx, leftPx + widthPx - edgePx];
      if (opacity === 1 || this.#isBare(row, from, to)) this.#setRow(row, from, to, even);
      else this.#fillRow(row, from, to, colour, opacity);
      for (let x = 0; x < edgePx; x++) {
        const covered = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(radius - x - 0.5, radius - fromEnd)));
        if (covered === 0) continue;
        this.#blend(leftPx + x, row, colour, opacity * covered);
        if (widthPx - 1 - x !== x) this.#blend(leftPx + widthPx - 1 - x, row, colour, opacity * covered);
      }
    }
  }

  /** Draws words on one line; characters that the font has not become "\ufffd". */
  write(text: string, { xPx, baselinePx, sizePx, colour }: Lettering): void {
    this.letters.layOut(text, { xPx, sizePx }, (glyph, x) => {
      this.#stamp(glyph, x + glyph.leftPx, Math.round(baselinePx) - glyph.topPx, colour);
    });
  }

  /** A letter's pixels. No array is made in here, and in what follows: they run for very many pixels, when nothing is compiled yet. */
  #stamp({ widthPx, heightPx, coverage }: Glyph, leftPx: number, topPx: number, colour: Colour): void {
    const from = Math.max(0, leftPx);
    const to = Math.min(this.widthPx, leftPx + widthPx);
    if (to <= from) return;
    const endRow = Math.min(heightPx, this.heightPx - topPx);
    for (let row = Math.max(0, -topPx); row < endRow; row++) {
      const y = topPx + row;
      this.#touch(y, from, to);
      const first = y * this.widthPx;
      const ofGlyph = row * widthPx - leftPx;
      for (let x = from; x < to; x++) {
        const covered = coverage[ofGlyph + x] ?? 0;
        if (covered > 0) this.#mix(first + x, colour, covered / 255);
      }
    }
  }

  /** Pixels `from` to `to` of a row. */
  #fillRow(y: number, from: number, to: number, colour: Colour, opacity: number): void {
    const start = Math.max(0, from);
    const end = Math.min(this.widthPx, to);
    if (y < 0 || y >= this.heightPx || end <= start) return;
    this.#touch(y, start, end);
    const last = y * this.widthPx + end;
    for (let pixel = y * this.widthPx + start; pixel < last; pixel++) this.#mix(pixel, colour, opacity);
  }

  /** The same with pixels that are all alike now, whether nothing was drawn on them yet or nothing of it is left. */
  #setRow(y: number, from: number, to: number, { kept, colours }: EvenRow): void {
    const start = Math.max(0, from);
    const end = Math.min(this.widthPx, to);
    if (y < 0 || y >= this.heightPx || end <= start) return;
    this.#touch(y, start, end);
    const first = y * this.widthPx + start;
    this.#kept.fill(kept, first, first + end - start);
    this.#added.set(colours.subarray(0, 3 * (end - start)), 3 * first);
  }

  #blend(x: number, y: number, colour: Colour, opacity: number): void {
    if (x >= 0 && x < this.widthPx) this.#fillRow(y, x, x + 1, colour, opacity);
  }

  #mix(pixel: number, colour: Colour, opacity: number): void {
    const kept = this.#kept;
    const added = this.#added;
    const at = 3 * pixel;
    const through = 1 - opacity;
    const weight = whole * opacity;
    kept[pixel] = Math.round((kept[pixel] ?? 0) * through);
    added[at] = (added[at] ?? 0) * through + colour[0] * weight;
    added[at + 1] = (added[at + 1] ?? 0) * through + colour[1] * weight;
    added[at + 2] = (added[at + 2] ?? 0) * through + colour[2] * weight;
  }

  #isBare(y: number, from: number, to: number): boolean {
    return to <= (this.#drawn[2 * y] ?? 0) || from >= (this.#drawn[2 * y + 1] ?? 0);
  }

  #touch(y: number, from: number, to: number): void {
    const row = 2 * y;
    const oldTo = this.#drawn[row + 1] ?? 0;
    this.#drawn[row] = oldTo === 0 ? from : Math.min(this.#drawn[row] ?? 0, from);
    this.#drawn[row + 1] = Math.max(oldTo, to);
  }
}

/** Pixels that are all alike: what of the picture is kept, and what is added. */
interface EvenRow {
  readonly kept: number;
  readonly colours: Uint16Array;
}

/** What bare pixels become under one colour. */
function evenRow(colour: Colour, opacity: number, widthPx: number): EvenRow {
  const colours = new Uint16Array(3 * widthPx);
  for (let at = 0; at < colours.length; at++) colours[at] = (colour[(at % 3) as 0 | 1 | 2] ?? 0) * (whole * opacity);
  return { kept: Math.round(whole * (1 - opacity)), colours };
}
