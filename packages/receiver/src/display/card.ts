// The card that stands in place of the picture: what the call is waiting for, in words, on the program's own background.

import type { Mat, OpenCv } from "../native/opencv.ts";
import { breakLines, inAscii } from "./card-text.ts";

const colours = {
  top: [66, 50, 40],
  bottom: [30, 22, 18],
  accent: [92, 178, 250],
  text: [240, 238, 235],
  dim: [150, 138, 128],
} as const;
/** Letters below this scale cannot be read: a card with more words has more lines instead. */
const minTextScale = 0.36;
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

/** Draws a card. Gives a Mat (BGR, 8 bits) that the caller owns. */
export function drawCard(cv: OpenCv, size: CardSize, text: string): Mat {
  const { widthPx, heightPx } = size;
  const ends = new cv.Mat(Buffer.from([...colours.top, ...colours.bottom]), 2, 1, cv.CV_8UC3);
  const card = ends.resize(heightPx, widthPx, 0, 0, cv.INTER_LINEAR);
  ends.release();
  const unit = unitOf(size);
  drawCamera(cv, card, { x: widthPx / 2, y: heightPx * 0.32, unit });
  drawWords(cv, card, inAscii(text), unit);
  return card;
}

/** Draws the three dots under the words, of which one is lit: a card that moves shows that the program is alive. */
export function drawDots(cv: OpenCv, card: Mat, timeMs: number): void {
  const unit = unitOf({ widthPx: card.cols, heightPx: card.rows });
  const lit = dotPhase(timeMs);
  const radius = Math.max(2, Math.round(5 * unit));
  const step = Math.max(26 * unit, 3.5 * radius);
  for (let dot = 0; dot < dotCount; dot++) {
    const centre = new cv.Point2(Math.round(card.cols / 2 + (dot - 1) * step), Math.round(card.rows * 0.8));
    const [blue, green, red] = dot === lit ? colours.accent : colours.dim;
    card.drawCircle(centre, radius, new cv.Vec3(blue, green, red), cv.FILLED, cv.LINE_AA);
  }
}

/** Which dot is lit: a card looks the same until this changes. */
export function dotPhase(timeMs: number): number {
  return Math.floor(timeMs / dotPeriodMs) % dotCount;
}

/** A pixel of a 720p card, in pixels of this one. */
function unitOf({ widthPx, heightPx }: CardSize): number {
  return Math.min(widthPx / 1280, heightPx / 720);
}

/** The program's mark: a camera in a ring. */
function drawCamera(cv: OpenCv, card: Mat, { x, y, unit }: { readonly x: number; readonly y: number; readonly unit: number }): void {
  const at = (dx: number, dy: number): InstanceType<OpenCv["Point2"]> =>
    new cv.Point2(Math.round(x + dx * unit), Math.round(y + dy * unit));
  const accent = new cv.Vec3(...colours.accent);
  const light = new cv.Vec3(...colours.text);
  card.drawCircle(at(0, 0), Math.round(76 * unit), accent, Math.max(1, Math.round(5 * unit)), cv.LINE_AA);
  // The body's corners are rounded by drawing its outline thick.
  const body = [at(-36, -18), at(10, -18), at(10, 18), at(-36, 18)];
  const lens = [at(22, -3), at(40, -16), at(40, 16), at(22, 3)];
  for (const shape of [body, lens]) {
    card.drawFillPoly([shape], light, cv.LINE_AA);
    card.drawPolylines([shape], true, light, Math.max(1, Math.round(9 * unit)), cv.LINE_AA);
  }
}

function drawWords(cv: OpenCv, card: Mat, words: string, unit: number): void {
  const font = cv.FONT_HERSHEY_DUPLEX;
  const scale = Math.max(minTextScale, 1.35 * unit);
  const thickness = Math.max(1, Math.round(1.6 * unit));
  const measure = (text: string): number => cv.getTextSize(text, font, scale, thickness).size.width;
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  const lineHeight = 44 * scale;
  const linesWithRoom = Math.max(1, Math.min(maxLines, Math.floor((card.rows * linesShare) / lineHeight)));
  const lines = breakLines(sentence, { maxWidthPx: card.cols * textShare, maxLines: linesWithRoom, measure });
  // Capitals of this font are 22 pixels high at scale 1.
  const firstBaseline = card.rows * 0.6 + 11 * scale - ((lines.length - 1) * lineHeight) / 2;
  lines.forEach((line, index) => {
    const origin = new cv.Point2(Math.round((card.cols - measure(line)) / 2), Math.round(firstBaseline + index * lineHeight));
    card.putText(line, origin, font, scale, new cv.Vec3(...colours.text), thickness, cv.LINE_AA);
  });
}
