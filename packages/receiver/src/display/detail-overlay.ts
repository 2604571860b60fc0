// The figures of the call in the upper left corner of the picture: a dark box with a table of two columns.

import type { Mat, OpenCv } from "../native/opencv.ts";
import { inAscii } from "./card-text.ts";

const colours = { box: [34, 25, 20], label: [92, 178, 250], figures: [240, 238, 235] } as const;
/** Size of the letters at 720 lines; below the least they cannot be read. */
const scaleAt720 = 0.5;
const minScale = 0.36;
/** Height of a row and width of a margin at scale 1, pixels. */
const rowPx = 36;
const marginPx = 20;

/** A row of the table: what it is about, and the figures. */
export type OverlayRow = readonly [label: string, figures: string];

/** Draws the table; keeps it drawn between pictures of one size. */
export class DetailOverlay {
  readonly #cv: OpenCv;
  #rows: readonly OverlayRow[] = [];
  #box: { readonly mat: Mat; readonly scale: number } | undefined;

  constructor(cv: OpenCv) {
    this.#cv = cv;
  }

  /** Takes the rows; without any, nothing is drawn. */
  set(rows: readonly OverlayRow[]): void {
    this.release();
    // "±" is no letter of OpenCV's.
    this.#rows = rows.map(([label, figures]) => [inAscii(label), inAscii(figures.replaceAll("±", "+-"))]);
  }

  /** Draws the table into `picture`; what has no room is cut off. */
  draw(picture: Mat): void {
    if (this.#rows.length === 0) return;
    const scale = Math.max(minScale, (scaleAt720 * picture.rows) / 720);
    if (this.#box?.scale !== scale) {
      this.release();
      this.#box = { mat: this.#drawBox(scale), scale };
    }
    const { mat } = this.#box ?? {};
    if (mat === undefined) return;
    const left = Math.min(Math.round(marginPx * scale), picture.cols - 1);
    const top = Math.min(Math.round(marginPx * scale), picture.rows - 1);
    const [width, height] = [Math.min(mat.cols, picture.cols - left), Math.min(mat.rows, picture.rows - top)];
    const part = mat.getRegion(new this.#cv.Rect(0, 0, width, height));
    const place = picture.getRegion(new this.#cv.Rect(left, top, width, height));
    part.copyTo(place).release();
    part.release();
    place.release();
  }

  /** Frees what it holds. */
  release(): void {
    this.#box?.mat.release();
    this.#box = undefined;
  }

  #drawBox(scale: number): Mat {
    const cv = this.#cv;
    const font = cv.FONT_HERSHEY_SIMPLEX;
    const widthOf = (text: string): number => cv.getTextSize(text, font, scale, 1).size.width;
    const margin = marginPx * scale;
    const figuresLeft = 2 * margin + Math.max(...this.#rows.map(([label]) => widthOf(label)));
    const width = figuresLeft + margin + Math.max(...this.#rows.map(([, figures]) => widthOf(figures)));
    const box = new cv.Mat(Math.ceil(this.#rows.length * rowPx * scale + margin), Math.ceil(width), cv.CV_8UC3, [...colours.box]);
    this.#rows.forEach(([label, figures], index) => {
      const baseline = Math.round(margin / 2 + (index + 0.72) * rowPx * scale);
      box.putText(label, new cv.Point2(Math.round(margin), baseline), font, scale, new cv.Vec3(...colours.label), 1, cv.LINE_AA);
      box.putText(figures, new cv.Point2(Math.round(figuresLeft), baseline), font, scale, new cv.Vec3(...colours.figures), 1, cv.LINE_AA);
    });
    return box;
  }
}
