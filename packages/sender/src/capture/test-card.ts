// The test card, as broadcasters had one: colour bars, gratings and grey steps in a circle, the clock, and a bar that crosses the
// picture once a second. It is not symmetric, so that a mirrored picture shows. The barcode is written over its top rows by the capture
// loop, which knows the frame's number.

import { barcodeHeightPx } from "@simple-video-chat/protocol";

import type { Mat, OpenCv } from "../native/opencv.ts";
import { loadOpenCv } from "../native/opencv.ts";
import { isBeepTime } from "./flash.ts";
import type { Source } from "./source.ts";
import type { SourceSpec } from "./source-spec.ts";
import { SyntheticSource } from "./synthetic-source.ts";

type Colour = readonly [number, number, number];

/** EBU's colour bars at 75 %, BGR. */
const bars: readonly Colour[] = [
  [191, 191, 191],
  [0, 191, 191],
  [191, 191, 0],
  [0, 191, 0],
  [191, 0, 191],
  [0, 0, 191],
  [191, 0, 0],
  [16, 16, 16],
];
const black: Colour = [16, 16, 16];
const white: Colour = [235, 235, 235];
const background: Colour = [104, 92, 84];
const gridLine: Colour = [178, 170, 164];
const amber: Colour = [40, 170, 250];
/** Beside the circle: left above and below, right above and below. */
const sideBlocks: readonly (readonly [Colour, Colour])[] = [
  [
    [70, 120, 210],
    [60, 150, 130],
  ],
  [
    [180, 90, 120],
    [180, 140, 60],
  ],
];
/** Widths of the grating's lines, from left to right, in pixels of a 720p card. */
const gratingLinesPx: readonly number[] = [14, 10, 7, 5, 3];
const greySteps = 11;

/** The bands inside the circle: where each ends, from −1 (top) to 1 (bottom), in radii. */
const bands = { name: -0.6, bars: -0.1, clock: 0.13, gratings: 0.35, greys: 0.6 } as const;

/** Where the parts of a card are, in pixels. */
interface Layout {
  /** A pixel of a 720p card. */
  readonly unit: number;
  readonly cell: number;
  readonly centreX: number;
  readonly centreY: number;
  readonly radius: number;
  /** The lane of the moving bar. */
  readonly laneTop: number;
  readonly laneHeight: number;
}

/** Opens the test card. */
export async function openTestCard(spec: Extract<SourceSpec, { kind: "testcard" }>): Promise<Source> {
  const cv = await loadOpenCv();
  const { widthPx, heightPx, frameRate } = spec;
  const card = drawCard(cv, spec);
  const draw = (timeUs: number): Mat => {
    const picture = card.copy();
    drawTime(cv, picture, timeUs);
    return picture;
  };
  return new SyntheticSource("test card", { widthPx, heightPx, frameRate }, { draw, close: () => card.release() });
}

function layoutOf(widthPx: number, heightPx: number): Layout {
  const unit = Math.min(widthPx / 1280, heightPx / 720);
  const top = barcodeHeightPx(widthPx);
  const laneHeight = Math.max(4, Math.round(26 * unit));
  const laneTop = heightPx - laneHeight;
  const centreY = Math.round((top + laneTop) / 2);
  const radius = Math.floor(Math.min((laneTop - top) * 0.475, widthPx * 0.4));
  return { unit, cell: widthPx / 16, centreX: Math.round(widthPx / 2), centreY, radius, laneTop, laneHeight };
}

/** What stays the same from picture to picture. */
function drawCard(
  cv: OpenCv,
  { widthPx, heightPx, frameRate }: { readonly widthPx: number; readonly heightPx: number; readonly frameRate: number },
): Mat {
  const layout = layoutOf(widthPx, heightPx);
  const card = filled(cv, { widthPx, heightPx }, background);
  drawGrid(cv, card, layout);
  drawDisc(cv, card, layout, `${widthPx} x ${heightPx}  ${Math.round(frameRate)} Hz`);
  drawLane(cv, card, layout);
  return card;
}

/** A Mat of one colour. Its constructor could fill it too, but takes 130 ms for a 720p picture. */
function filled(cv: OpenCv, { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number }, colour: Colour): Mat {
  const mat = new cv.Mat(heightPx, widthPx, cv.CV_8UC3);
  fill(cv, mat, { left: 0, top: 0, width: widthPx, height: heightPx }, colour);
  return mat;
}

function drawGrid(cv: OpenCv, card: Mat, { cell, centreX, centreY, radius, laneTop, unit }: Layout): void {
  const thickness = Math.max(1, Math.round(1.5 * unit));
  const line = (x0: number, y0: number, x1: number, y1: number): void =>
    card.drawLine(
      new cv.Point2(Math.round(x0), Math.round(y0)),
      new cv.Point2(Math.round(x1), Math.round(y1)),
      new cv.Vec3(...gridLine),
      thickness,
    );
  for (let x = centreX % cell; x < card.cols; x += cell) line(x, 0, x, laneTop);
  for (let y = centreY % cell; y < laneTop; y += cell) line(0, y, card.cols, y);
  sideBlocks.forEach((pair, side) => {
    // Between the circle and the castellations, where there is room for a column of the grid.
    const columns = Math.min(2, Math.floor((centreX - radius) / cell) - 1);
    if (columns < 1) return;
    const left = side === 0 ? centreX - 8 * cell + cell : centreX + 8 * cell - (columns + 1) * cell;
    pair.forEach((colour, row) =>
      fill(cv, card, { left, top: centreY + (row - 1) * 2 * cell, width: columns * cell, height: 2 * cell }, colour),
    );
  });
  // Castellations: whether the picture is cut at its sides.
  const castle = cell / 2;
  for (let y = centreY % castle, index = 0; y < laneTop; y += castle, index++) {
    for (const left of [0, card.cols - cell / 5])
      fill(cv, card, { left, top: y, width: cell / 5, height: castle }, index % 2 === 0 ? white : black);
  }
}

function drawDisc(cv: OpenCv, card: Mat, layout: Layout, format: string): void {
  const { centreX, centreY, radius, unit } = layout;
  const centre = new cv.Point2(radius, radius);
  const size = 2 * radius;
  const disc = filled(cv, { widthPx: size, heightPx: size }, white);
  drawBands(cv, disc, unit);
  drawName(cv, disc, format);
  const mask = new cv.Mat(size, size, cv.CV_8UC1, 0);
  mask.drawCircle(centre, radius - 1, new cv.Vec3(255, 255, 255), cv.FILLED);
  const region = card.getRegion(new cv.Rect(centreX - radius, centreY - radius, size, size));
  disc.copyTo(region, mask).release();
  for (const used of [disc, mask, region]) used.release();
  const middle = new cv.Point2(centreX, centreY);
  card.drawCircle(middle, radius - 1, new cv.Vec3(...white), Math.max(1, Math.round(4 * unit)), cv.LINE_AA);
}

function drawBands(cv: OpenCv, disc: Mat, unit: number): void {
  const radius = disc.rows / 2;
  const at = (share: number): number => radius + share * radius;
  const row = (from: number, to: number) => ({ top: at(from), height: at(to) - at(from) });
  const across = (count: number, from: number, to: number, colourOf: (index: number) => Colour): void => {
    for (let index = 0; index < count; index++) {
      fill(cv, disc, { left: (index * disc.cols) / count, width: disc.cols / count, ...row(from, to) }, colourOf(index));
    }
  };
  across(bars.length, bands.name, bands.bars, (index) => bars[index] ?? black);
  across(1, bands.bars, bands.clock, () => black);
  across(gratingLinesPx.length, bands.clock, bands.gratings, () => [126, 126, 126]);
  gratingLinesPx.forEach((linePx, group) => {
    const width = Math.max(1, Math.round(linePx * unit));
    const start = (group * disc.cols) / gratingLinesPx.length;
    const end = ((group + 1) * disc.cols) / gratingLinesPx.length;
    for (let left = start; left + width <= end; left += 2 * width) {
      fill(cv, disc, { left, width, ...row(bands.clock, bands.gratings) }, white);
      fill(cv, disc, { left: left + width, width: Math.min(width, end - left - width), ...row(bands.clock, bands.gratings) }, black);
    }
  });
  across(greySteps, bands.gratings, bands.greys, (step) => {
    const grey = Math.round(16 + (step * 219) / (greySteps - 1));
    return [grey, grey, grey];
  });
  across(1, bands.greys, 1, () => amber);
}

function drawName(cv: OpenCv, disc: Mat, format: string): void {
  const radius = disc.rows / 2;
  const plate = { left: radius * 0.38, width: radius * 1.24, top: radius * 0.13, height: radius * 0.2 };
  fill(cv, disc, plate, black);
  write(cv, disc, "SIMPLE VIDEO CHAT", { x: radius, y: plate.top + plate.height / 2, width: plate.width * 0.86, colour: white });
  write(cv, disc, format, { x: radius, y: radius * 1.73, width: radius * 0.86, colour: black });
}

/** The lane of the moving bar, with a mark for each tenth of a second. */
function drawLane(cv: OpenCv, card: Mat, { laneTop, laneHeight }: Layout): void {
  fill(cv, card, { left: 0, top: laneTop, width: card.cols, height: laneHeight }, black);
  for (let tenth = 1; tenth < 10; tenth++) {
    fill(cv, card, { left: (tenth * card.cols) / 10, top: laneTop, width: Math.max(1, card.cols / 640), height: laneHeight / 2 }, gridLine);
  }
}

/** What changes with time: the clock, the bar in its lane, and the lane itself, which flashes when the test tone beeps. */
function drawTime(cv: OpenCv, picture: Mat, timeUs: number): void {
  const { centreX, centreY, radius, laneTop, laneHeight } = layoutOf(picture.cols, picture.rows);
  const width = picture.cols / 40;
  const left = ((timeUs / 1e6) % 1) * (picture.cols - width);
  if (isBeepTime(timeUs)) fill(cv, picture, { left: 0, top: laneTop, width: picture.cols, height: laneHeight }, white);
  fill(cv, picture, { left, top: laneTop, width, height: laneHeight }, amber);
  const clock = new Date().toISOString().slice(11, 23);
  const y = centreY + (radius * (bands.bars + bands.clock)) / 2;
  // Fixed width, so that the digits stand still.
  write(cv, picture, clock, { x: centreX, y, width: radius * 1.1, colour: white, like: "00:00:00.000" });
}

function fill(
  cv: OpenCv,
  mat: Mat,
  { left, top, width, height }: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  colour: Colour,
): void {
  const x = Math.round(left);
  const y = Math.round(top);
  const rect = new cv.Rect(x, y, Math.max(1, Math.round(left + width) - x), Math.max(1, Math.round(top + height) - y));
  mat.drawRectangle(rect, new cv.Vec3(...colour), cv.FILLED);
}

/** Writes words around a point, as large as their width asks. */
function write(
  cv: OpenCv,
  mat: Mat,
  words: string,
  {
    x,
    y,
    width,
    colour,
    like = words,
  }: { readonly x: number; readonly y: number; readonly width: number; readonly colour: Colour; readonly like?: string },
): void {
  const font = cv.FONT_HERSHEY_DUPLEX;
  const scale = width / cv.getTextSize(like, font, 1, 1).size.width;
  // Capitals and digits of this font are 22 pixels high at scale 1.
  const origin = new cv.Point2(Math.round(x - width / 2), Math.round(y + 11 * scale));
  mat.putText(words, origin, font, scale, new cv.Vec3(...colour), Math.max(1, Math.round(scale * 1.7)), cv.LINE_AA);
}
