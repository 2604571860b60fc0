// A scene with the motion and texture of footage, for a computer without a camera: a textured background that sways, as if
// filmed by hand, and two figures that move before it. Always the same, so that runs compare.

import { loadOpenCv, type Mat, type OpenCv } from "../native/opencv.ts";
import type { Source } from "./source.ts";
import type { SourceSpec } from "./source-spec.ts";
import { SyntheticSource } from "./synthetic-source.ts";

/** How much larger than the picture the background is, so that it can sway. */
const margin = 1.12;

/** Opens the moving scene. */
export async function openMovingScene(spec: Extract<SourceSpec, { kind: "motion" }>): Promise<Source> {
  const cv = await loadOpenCv();
  const { widthPx, heightPx, frameRate } = spec;
  const background = drawTexture(cv, Math.ceil(widthPx * margin), Math.ceil(heightPx * margin));
  const draw = (timeUs: number): Mat => {
    const seconds = timeUs / 1e6;
    const left = sway(background.cols - widthPx, seconds, 9.7);
    const top = sway(background.rows - heightPx, seconds, 6.3);
    const view = background.getRegion(new cv.Rect(left, top, widthPx, heightPx));
    const picture = view.copy();
    view.release();
    drawFigure(cv, picture, 0.36 + 0.05 * Math.sin((2 * Math.PI * seconds) / 3.1), seconds, new cv.Vec3(128, 160, 206));
    drawFigure(cv, picture, 0.72 + 0.03 * Math.sin((2 * Math.PI * seconds) / 4.7), seconds + 1.3, new cv.Vec3(96, 120, 168));
    return picture;
  };
  return new SyntheticSource("moving scene", { widthPx, heightPx, frameRate }, draw, () => background.release());
}

function sway(roomPx: number, seconds: number, periodS: number): number {
  return Math.round((roomPx / 2) * (1 + Math.sin((2 * Math.PI * seconds) / periodS)));
}

/** Noise of three sizes, summed: the spectrum of a natural picture falls off with frequency, and so does this one's. */
function drawTexture(cv: OpenCv, widthPx: number, heightPx: number): Mat {
  let texture = noise(cv, 9, 6, 1).resize(heightPx, widthPx, 0, 0, cv.INTER_CUBIC);
  for (const [columns, weight] of [
    [48, 0.35],
    [220, 0.14],
  ] as const) {
    const rows = Math.round((columns * heightPx) / widthPx);
    const small = noise(cv, columns, rows, columns);
    const layer = small.resize(heightPx, widthPx, 0, 0, cv.INTER_CUBIC);
    const sum = texture.addWeighted(1 - weight, layer, weight, 0);
    for (const used of [small, layer, texture]) used.release();
    texture = sum;
  }
  return texture;
}

function noise(cv: OpenCv, columns: number, rows: number, seed: number): Mat {
  const pixels = Buffer.alloc(columns * rows * 3);
  let state = seed * 2_654_435_761;
  for (let index = 0; index < pixels.length; index++) {
    // xorshift32: repeatable on every machine.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    pixels[index] = 40 + (state >>> 25);
  }
  return new cv.Mat(pixels, rows, columns, cv.CV_8UC3);
}

function drawFigure(cv: OpenCv, picture: Mat, at: number, seconds: number, skin: InstanceType<OpenCv["Vec3"]>): void {
  const { cols, rows } = picture;
  const x = Math.round(cols * at);
  const y = Math.round(rows * (0.42 + 0.02 * Math.sin((2 * Math.PI * seconds) / 1.7)));
  const unit = rows / 10;
  const fill = (dx: number, dy: number, width: number, height: number, colour: InstanceType<OpenCv["Vec3"]>): void => {
    const centre = new cv.Point2(Math.round(x + dx * unit), Math.round(y + dy * unit));
    picture.drawEllipse(centre, new cv.Size(Math.round(width * unit), Math.round(height * unit)), 0, 0, 360, colour, cv.FILLED, cv.LINE_AA);
  };
  fill(0, 4.8, 2.6, 3.4, new cv.Vec3(110, 70, 50));
  fill(0, 0, 1.25, 1.7, skin);
  fill(0, -1, 1.3, 0.9, new cv.Vec3(30, 36, 48));
  const blink = Math.sin((2 * Math.PI * seconds) / 2.9) > 0.97 ? 0.02 : 0.12;
  for (const side of [-0.45, 0.45]) fill(side, -0.1, 0.16, blink, new cv.Vec3(40, 30, 30));
  fill(0, 0.85, 0.45, 0.08 + 0.12 * Math.abs(Math.sin(2 * Math.PI * seconds * 1.9)), new cv.Vec3(60, 60, 140));
}
