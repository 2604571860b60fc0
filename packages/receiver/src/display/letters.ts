// The letters that are drawn over pictures and on cards: coverage of pixels, made of the font Inter by tools/letters/make.py, scaled to any
// size. Plain arithmetic, no native code, so that what is drawn can be compared pixel by pixel.
//
// assets/letters.bin.gz, little endian: em u16, ascent u16, count u16; for each letter code u32, advance u16 (1/64 px), left i16, top i16,
// width u16, height u16; then the coverage of each, a byte a pixel, in the same order.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A letter at one size: where its pixels begin, seen from the point on the base line where it stands, and how much of each it covers. */
export interface Glyph {
  readonly leftPx: number;
  /** Rows above the base line. */
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** 0 to 255, row by row. */
  readonly coverage: Uint8Array;
}

interface Letter extends Glyph {
  readonly advancePx: number;
}

const letterHeadBytes = 14;
/** Parts of a pixel at which a letter can begin: small words are spaced evenly. */
const phases = 4;
/** Scaled letters that are kept: some sizes of a few alphabets. */
const maxKept = 4_096;
const replacement = 0xfffd;

/** A font. */
export class Letters {
  readonly #emPx: number;
  readonly #letters: ReadonlyMap<number, Letter>;
  readonly #scaled = new Map<string, Glyph>();

  /** @param data as described above, unpacked */
  constructor(data: Uint8Array) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#emPx = view.getUint16(0, true);
    const count = view.getUint16(4, true);
    const letters = new Map<number, Letter>();
    let coverageAt = 6 + count * letterHeadBytes;
    for (let index = 0; index < count; index++) {
      const at = 6 + index * letterHeadBytes;
      const [widthPx, heightPx] = [view.getUint16(at + 10, true), view.getUint16(at + 12, true)];
      letters.set(view.getUint32(at, true), {
        advancePx: view.getUint16(at + 4, true) / 64,
        leftPx: view.getInt16(at + 6, true),
        topPx: view.getInt16(at + 8, true),
        widthPx,
        heightPx,
        coverage: data.subarray(coverageAt, coverageAt + widthPx * heightPx),
      });
      coverageAt += widthPx * heightPx;
    }
    this.#letters = letters;
  }

  /** How wide a text is at this size (of its em), pixels. */
  measure(text: string, sizePx: number): number {
    let width = 0;
    for (const character of text) width += this.#letter(character).advancePx;
    return (width * sizePx) / this.#emPx;
  }

  /** Calls `draw` for each letter of a text that begins at `xPx`, with the whole pixel that its glyph is to be placed at. */
  layOut(
    text: string,
    { xPx, sizePx }: { readonly xPx: number; readonly sizePx: number },
    draw: (glyph: Glyph, xPx: number) => void,
  ): void {
    let at = xPx;
    for (const character of text) {
      const letter = this.#letter(character);
      const quarters = Math.round(at * phases);
      draw(this.#glyph(letter, character, sizePx, quarters % phases), Math.floor(quarters / phases));
      at += (letter.advancePx * sizePx) / this.#emPx;
    }
  }

  #letter(character: string): Letter {
    const letter = this.#letters.get(character.codePointAt(0) ?? replacement) ?? this.#letters.get(replacement);
    if (letter === undefined) throw new RangeError("the letters lack the one that stands for those that are missing");
    return letter;
  }

  #glyph(letter: Letter, character: string, sizePx: number, phase: number): Glyph {
    const key = `${character}${sizePx}/${phase}`;
    const kept = this.#scaled.get(key);
    if (kept !== undefined) return kept;
    if (this.#scaled.size >= maxKept) this.#scaled.clear();
    const glyph = scaled(letter, sizePx / this.#emPx, phase / phases);
    this.#scaled.set(key, glyph);
    return glyph;
  }
}

/** The letter at another size: each pixel is the mean of what it covers of the original. */
function scaled(letter: Letter, scale: number, shiftPx: number): Glyph {
  const left = Math.floor(letter.leftPx * scale + shiftPx);
  const top = Math.ceil(letter.topPx * scale);
  const widthPx = Math.ceil((letter.leftPx + letter.widthPx) * scale + shiftPx) - left;
  const heightPx = top - Math.floor((letter.topPx - letter.heightPx) * scale);
  const columns = edgesOf(widthPx, letter.widthPx, (x) => (left + x - shiftPx) / scale - letter.leftPx);
  const rows = edgesOf(heightPx, letter.heightPx, (y) => letter.topPx - (top - y) / scale);
  // First along the rows, then along the columns.
  const narrowed = new Float32Array(widthPx * letter.heightPx);
  for (let y = 0; y < letter.heightPx; y++)
    resample(letter.coverage, narrowed, columns, { from: y * letter.widthPx, to: y * widthPx, step: 1 });
  const means = new Float32Array(widthPx * heightPx);
  for (let x = 0; x < widthPx; x++) resample(narrowed, means, rows, { from: x, to: x, step: widthPx });
  const coverage = new Uint8Array(means.length);
  for (let at = 0; at < means.length; at++) coverage[at] = Math.min(255, Math.round((means[at] ?? 0) * scale * scale));
  return { leftPx: left, topPx: top, widthPx, heightPx, coverage };
}

/** Where new pixels begin and end, in old ones, within the `oldCount` that there are. */
function edgesOf(count: number, oldCount: number, edge: (index: number) => number): Float64Array {
  return Float64Array.from({ length: count + 1 }, (_, index) => Math.min(oldCount, Math.max(0, edge(index))));
}

/** One line of pixels: each new value is the sum of the old ones that it covers, by how much of each. */
function resample(
  old: ArrayLike<number>,
  into: Float32Array,
  edges: Float64Array,
  { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
): void {
  for (let index = 0; index + 1 < edges.length; index++) {
    const [start, end] = [edges[index] ?? 0, edges[index + 1] ?? 0];
    let sum = 0;
    for (let at = Math.floor(start); at < end; at++) sum += (old[from + at * step] ?? 0) * (Math.min(at + 1, end) - Math.max(at, start));
    into[to + index * step] = sum;
  }
}

let loaded: Letters | undefined;

/** The program's letters; read (5 ms) when they are needed first. */
export function programLetters(): Letters {
  loaded ??= new Letters(gunzipSync(readFileSync(new URL("../../assets/letters.bin.gz", import.meta.url))));
  return loaded;
}
