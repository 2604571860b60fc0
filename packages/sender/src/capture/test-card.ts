// The test card: colour bars, a grey ramp, the clock, and a bar that moves once a second across the picture. The barcode is written
// by the capture loop, which knows the frame's number.

import type { Mat, OpenCv } from "../native/opencv.ts";
import { loadOpenCv } from "../native/opencv.ts";
import type { Source } from "./source.ts";
import type { SourceSpec } from "./source-spec.ts";
import { SyntheticSource } from "./synthetic-source.ts";

/** EBU's colour bars at 75 %, BGR. */
const bars: readonly (readonly [number, number, number])[] = [
  [191, 191, 191],
  [0, 191, 191],
  [191, 191, 0],
  [0, 191, 0],
  [191, 0, 191],
  [0, 0, 191],
  [191, 0, 0],
  [16, 16, 16],
];

/** Opens the test card. */
export async function openTestCard(spec: Extract<SourceSpec, { kind: "testcard" }>): Promise<Source> {
  const cv = await loadOpenCv();
  const background = drawBackground(cv, spec.widthPx, spec.heightPx);
  const draw = (timeUs: number): Mat => {
    const picture = background.copy();
    drawClock(cv, picture, timeUs);
    return picture;
  };
  const { widthPx, heightPx, frameRate } = spec;
  return new SyntheticSource("test card", { widthPx, heightPx, frameRate }, draw, () => background.release());
}

function drawBackground(cv: OpenCv, widthPx: number, heightPx: number): Mat {
  const card = new cv.Mat(heightPx, widthPx, cv.CV_8UC3, [48, 44, 40]);
  const barTop = Math.round(heightPx * 0.14);
  const barHeight = Math.round(heightPx * 0.42);
  bars.forEach(([blue, green, red], index) => {
    const left = Math.round((index * widthPx) / bars.length);
    const right = Math.round(((index + 1) * widthPx) / bars.length);
    card.drawRectangle(new cv.Rect(left, barTop, right - left, barHeight), new cv.Vec3(blue, green, red), cv.FILLED);
  });
  const rampTop = barTop + barHeight;
  const rampHeight = Math.round(heightPx * 0.1);
  const steps = 32;
  for (let step = 0; step < steps; step++) {
    const left = Math.round((step * widthPx) / steps);
    const grey = 16 + (step * 219) / (steps - 1);
    card.drawRectangle(new cv.Rect(left, rampTop, Math.ceil(widthPx / steps), rampHeight), new cv.Vec3(grey, grey, grey), cv.FILLED);
  }
  const centre = new cv.Point2(Math.round(widthPx / 2), Math.round(heightPx * 0.5));
  card.drawCircle(centre, Math.round(heightPx * 0.34), new cv.Vec3(240, 240, 240), 2, cv.LINE_AA);
  text(cv, card, "SIMPLE VIDEO CHAT", 0.78, heightPx / 620);
  return card;
}

function drawClock(cv: OpenCv, picture: Mat, timeUs: number): void {
  const { cols, rows } = picture;
  const seconds = timeUs / 1e6;
  const left = Math.round((seconds % 1) * (cols - cols / 40));
  const top = Math.round(rows * 0.93);
  picture.drawRectangle(new cv.Rect(left, top, Math.round(cols / 40), Math.round(rows * 0.05)), new cv.Vec3(64, 200, 255), cv.FILLED);
  text(cv, picture, `${new Date(Date.now()).toISOString().slice(11, 23)} UTC`, 0.89, rows / 720);
}

function text(cv: OpenCv, mat: Mat, words: string, baseline: number, scale: number): void {
  // Hershey letters are about 18 pixels wide at scale 1.
  const left = Math.max(0, Math.round(mat.cols / 2 - words.length * 9 * scale));
  mat.putText(
    words,
    new cv.Point2(left, Math.round(mat.rows * baseline)),
    cv.FONT_HERSHEY_SIMPLEX,
    scale,
    new cv.Vec3(235, 235, 235),
    Math.max(1, Math.round(scale * 1.6)),
    cv.LINE_AA,
  );
}
