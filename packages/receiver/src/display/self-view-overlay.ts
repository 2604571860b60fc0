// The small mirrored picture in the corner of the large one: rounded, with a thin frame that shows on any background.

import type { Mat, OpenCv } from "../native/opencv.ts";
import type { SelfViewCorner } from "./overlay.ts";

/** Width of the self-view, and its distance from the corner, as shares of the picture's width. */
const widthShare = 0.22;
const marginShare = 0.02;
/** Radius of its corners, as a share of its own width. */
const radiusShare = 0.05;
const frameColour = [236, 240, 240] as const;
const edgeColour = [24, 24, 24] as const;

/** Where the self-view lies in a picture, pixels. */
export interface SelfViewPlace {
  readonly leftPx: number;
  readonly topPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Where a self-view of this size goes in a picture of that size; nowhere when the picture has no room for it. */
export function selfViewPlace(
  picture: { readonly cols: number; readonly rows: number },
  selfView: { readonly cols: number; readonly rows: number },
  corner: SelfViewCorner = "bottom-right",
): SelfViewPlace | undefined {
  const widthPx = Math.round(picture.cols * widthShare);
  const heightPx = Math.round((widthPx * selfView.rows) / selfView.cols);
  const margin = Math.round(picture.cols * marginShare);
  if (heightPx < 1 || heightPx + 2 * margin > picture.rows) return undefined;
  const leftPx = corner.endsWith("right") ? picture.cols - widthPx - margin : margin;
  const topPx = corner.startsWith("bottom") ? picture.rows - heightPx - margin : margin;
  return { leftPx, topPx, widthPx, heightPx };
}

/** Draws self-views; keeps its mask between pictures of one size. */
export class SelfViewOverlay {
  readonly #cv: OpenCv;
  #selfView: Mat | undefined;
  #mask: Mat | undefined;

  constructor(cv: OpenCv) {
    this.#cv = cv;
  }

  /** Takes the newest self-view, as the camera saw it (BGR); it is copied, mirrored. */
  set(unmirrored: Mat): void {
    this.#selfView?.release();
    // As a mirror shows it.
    this.#selfView = unmirrored.flip(1);
  }

  /** Draws the self-view into `picture`, where there is one. */
  draw(picture: Mat, corner: SelfViewCorner): void {
    if (this.#selfView === undefined) return;
    const place = selfViewPlace(picture, this.#selfView, corner);
    if (place === undefined) return;
    const { leftPx, topPx, widthPx, heightPx } = place;
    const cv = this.#cv;
    const mask = this.#maskOf(widthPx, heightPx);
    const region = picture.getRegion(new cv.Rect(leftPx, topPx, widthPx, heightPx));
    const small = this.#selfView.resize(heightPx, widthPx, 0, 0, cv.INTER_AREA);
    small.copyTo(region, mask).release();
    small.release();
    region.release();
    const outline = roundedRectangle(cv, place);
    const thickness = Math.max(1, Math.round(widthPx / 110));
    // The dark edge first, wider: a white frame alone would vanish on a bright wall.
    picture.drawPolylines([outline], true, new cv.Vec3(...edgeColour), thickness + 2, cv.LINE_AA);
    picture.drawPolylines([outline], true, new cv.Vec3(...frameColour), thickness, cv.LINE_AA);
  }

  /** Frees what it holds. */
  release(): void {
    this.#selfView?.release();
    this.#mask?.release();
    this.#selfView = undefined;
    this.#mask = undefined;
  }

  #maskOf(widthPx: number, heightPx: number): Mat {
    if (this.#mask?.cols === widthPx && this.#mask.rows === heightPx) return this.#mask;
    this.#mask?.release();
    const cv = this.#cv;
    const mask = new cv.Mat(heightPx, widthPx, cv.CV_8UC1, 0);
    mask.drawFillPoly([roundedRectangle(cv, { leftPx: 0, topPx: 0, widthPx, heightPx })], new cv.Vec3(255, 255, 255));
    this.#mask = mask;
    return mask;
  }
}

function roundedRectangle(cv: OpenCv, { leftPx, topPx, widthPx, heightPx }: SelfViewPlace): InstanceType<OpenCv["Point2"]>[] {
  const radius = Math.max(1, widthPx * radiusShare);
  const stepsOfCorner = 8;
  const points: InstanceType<OpenCv["Point2"]>[] = [];
  const corners = [
    [leftPx + widthPx - 1 - radius, topPx + heightPx - 1 - radius],
    [leftPx + radius, topPx + heightPx - 1 - radius],
    [leftPx + radius, topPx + radius],
    [leftPx + widthPx - 1 - radius, topPx + radius],
  ] as const;
  corners.forEach(([x, y], quarter) => {
    for (let step = 0; step <= stepsOfCorner; step++) {
      const angle = ((quarter + step / stepsOfCorner) * Math.PI) / 2;
      points.push(new cv.Point2(Math.round(x + radius * Math.cos(angle)), Math.round(y + radius * Math.sin(angle))));
    }
  });
  return points;
}
