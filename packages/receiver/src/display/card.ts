// The card that stands in place of the picture: what the call is waiting for, in words, on the program's own background. Plain arithmetic,
// no native code.

import { Canvas, type Colour } from "./canvas.ts";
import { breakLines } from "./card-text.ts";
import type { Letters } from "./letters.ts";

const colours = {
  top: [66, 50, 40],
  bottom: [30, 22, 18],
  disc: [44, 32, 26],
  accent: [92, 178, 250],
  text: [240, 238, 235],
  dim: [150, 138, 128],
} as const satisfies Readonly<Record<string, Colour>>;
/** Letters below this size cannot be read: a card with more words has more lines instead. */
const minTextPx = 11;
const maxLines = 3;
/** Share of the card's height that they may take, between the mark and the dots. */
const linesShare = 0.3;
/** Share of the card's width that words may take. */
const textShare = 0.84;
/** How long the next of the three dots takes to light up, ms. */
const dotPeriodMs = 400;
const dotCount = 3;

/** A card's size, pixels. */
export interface CardSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What a card says. */
export interface CardWords {
  readonly text: string;
  /** Whether its mark is a camera that gives nothing; default false. */
  readonly isCameraOff?: boolean;
}

/** Draws a card without its dots: packed BGR, 8 bits, in a new buffer that is the caller's. */
export function drawCard({ widthPx, heightPx }: CardSize, { text, isCameraOff = false }: CardWords, letters: Letters): Buffer {
  const bgr = background({ widthPx, heightPx });
  const canvas = new Canvas(widthPx, heightPx, letters);
  const unit = unitOf({ widthPx, heightPx });
  drawMark(canvas, { x: widthPx / 2, y: heightPx * 0.32, unit }, isCameraOff);
  drawWords(canvas, text, unit);
  canvas.layOver(bgr);
  return bgr;
}

/** Draws the three dots under the words into a card, of which one is lit: a card that moves shows that the program is alive. */
export function drawDots(bgr: Buffer, size: CardSize, letters: Letters, timeMs: number): void {
  const unit = unitOf(size);
  const lit = dotPhase(timeMs);
  const radius = Math.max(2, 5 * unit);
  // Only the rows that they are in.
  const rows = Math.ceil(2 * radius) + 4;
  const topPx = Math.max(0, Math.round(size.heightPx * 0.8 - rows / 2));
  const canvas = new Canvas(size.widthPx, Math.min(rows, size.heightPx - topPx), letters);
  const step = Math.max(26 * unit, 3.5 * radius);
  for (let dot = 0; dot < dotCount; dot++) {
    const x = size.widthPx / 2 + (dot - 1) * step;
    fillCircle(canvas, { x, y: size.heightPx * 0.8 - topPx }, radius, dot === lit ? colours.accent : colours.dim);
  }
  canvas.layOver(bgr.subarray(topPx * size.widthPx * 3));
}

/** Which dot is lit: a card looks the same until this changes. */
export function dotPhase(timeMs: number): number {
  return Math.floor(timeMs / dotPeriodMs) % dotCount;
}

/** A pixel of a 720p card, in pixels of this one. */
function unitOf({ widthPx, heightPx }: CardSize): number {
  return Math.min(widthPx / 1280, heightPx / 720);
}

function background({ widthPx, heightPx }: CardSize): Buffer {
  const bgr = Buffer.alloc(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    const share = y / Math.max(1, heightPx - 1);
    const colour = colours.top.map((value, channel) => Math.round(value + ((colours.bottom[channel] ?? 0) - value) * share));
    bgr.fill(Buffer.from(colour), y * widthPx * 3, (y + 1) * widthPx * 3);
  }
  return bgr;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function fillCircle(canvas: Canvas, { x, y }: Point, radius: number, colour: Colour): void {
  const sidePx = Math.max(1, Math.round(2 * radius));
  const box = { leftPx: Math.round(x - sidePx / 2), topPx: Math.round(y - sidePx / 2), widthPx: sidePx, heightPx: sidePx };
  canvas.fill(box, { colour, radiusPx: sidePx / 2 });
}

/** The program's mark: a camera in a ring; struck through when it is off. */
function drawMark(canvas: Canvas, { x, y, unit }: Point & { readonly unit: number }, isCameraOff: boolean): void {
  const ring = isCameraOff ? colours.dim : colours.accent;
  const camera = isCameraOff ? colours.dim : colours.text;
  fillCircle(canvas, { x, y }, 78 * unit, ring);
  fillCircle(canvas, { x, y }, 73 * unit, colours.disc);
  const at = (dx: number, dy: number): readonly [number, number] => [Math.round(x + dx * unit), Math.round(y + dy * unit)];
  const [leftPx, topPx] = at(-41, -24);
  const [rightPx, bottomPx] = at(15, 24);
  canvas.fill({ leftPx, topPx, widthPx: rightPx - leftPx, heightPx: bottomPx - topPx }, { colour: camera, radiusPx: 9 * unit });
  // The lens is a trapezoid, column by column.
  const [from, to] = [at(21, 0)[0], at(43, 0)[0]];
  for (let column = from; column < to; column++) {
    const half = (7 + (14 * (column - from)) / Math.max(1, to - from)) * unit;
    const top = Math.round(y - half);
    canvas.fill({ leftPx: column, topPx: top, widthPx: 1, heightPx: Math.max(1, Math.round(y + half) - top) }, { colour: camera });
  }
  if (!isCameraOff) return;
  strike(canvas, { x, y, unit }, 9, colours.disc);
  strike(canvas, { x, y, unit }, 3.5, colours.accent);
}

/** A stroke from the lower left to the upper right of the ring. */
function strike(canvas: Canvas, { x, y, unit }: Point & { readonly unit: number }, radius: number, colour: Colour): void {
  const length = 50 * unit;
  const steps = Math.max(1, Math.ceil(length * 2));
  for (let step = 0; step <= steps; step++) {
    const along = length * ((2 * step) / steps - 1);
    fillCircle(canvas, { x: x + along, y: y - along }, Math.max(1, radius * unit), colour);
  }
}

function drawWords(canvas: Canvas, words: string, unit: number): void {
  const { letters } = canvas;
  const sizePx = Math.max(minTextPx, Math.round(38 * unit));
  const measure = (text: string): number => letters.measure(text, sizePx);
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  const lineHeight = sizePx * 1.4;
  const linesWithRoom = Math.max(1, Math.min(maxLines, Math.floor((canvas.heightPx * linesShare) / lineHeight)));
  const lines = breakLines(sentence, { maxWidthPx: canvas.widthPx * textShare, maxLines: linesWithRoom, measure });
  const firstBaseline = canvas.heightPx * 0.6 + 0.36 * sizePx - ((lines.length - 1) * lineHeight) / 2;
  lines.forEach((line, index) => {
    const baselinePx = Math.round(firstBaseline + index * lineHeight);
    canvas.write(line, { xPx: (canvas.widthPx - measure(line)) / 2, baselinePx, sizePx, colour: colours.text });
  });
}
