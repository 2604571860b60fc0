// An OpenCV window: opens at the picture's size, is resized with the aspect kept, closed by its button, q or Esc.

import type { Picture } from "../decode/picture.ts";
import type { Mat, OpenCv } from "../native/opencv.ts";
import type { Display, DisplayInput } from "./display.ts";

/** How often the window's events are served while no picture comes, ms: half of what a hand notices. */
const idleMs = 25;
/** Size of the card before any picture has come. */
const firstSize = { widthPx: 1280, heightPx: 720 };
/** Width of the self-view, and its distance from the corner, as shares of the picture's width. */
const selfViewShare = 0.2;
const selfViewMargin = 0.016;
const cardBackground = [44, 40, 36];

const keyNames: Readonly<Record<number, string>> = { 27: "Escape", 32: "Space" };

/** An open window. */
export class WindowDisplay implements Display {
  readonly #cv: OpenCv;
  readonly #name: string;
  readonly #onInput: (input: DisplayInput) => void;
  readonly #timer: NodeJS.Timeout;
  #size: { readonly widthPx: number; readonly heightPx: number } | undefined;
  #selfView: Mat | undefined;
  #isClosed = false;

  /** @param name the window's title, cleaned of control characters */
  constructor(cv: OpenCv, name: string, onInput: (input: DisplayInput) => void) {
    this.#cv = cv;
    this.#name = name;
    this.#onInput = onInput;
    // GUI_NORMAL: without Qt's toolbar and status bar. KEEPRATIO: bars instead of a stretched face.
    cv.namedWindow(name, cv.WINDOW_NORMAL | cv.WINDOW_KEEPRATIO | cv.WINDOW_GUI_NORMAL);
    this.#timer = setInterval(() => this.#serveEvents(), idleMs);
  }

  show({ widthPx, heightPx, bgr }: Picture): void {
    if (this.#isClosed) return;
    const mat = new this.#cv.Mat(bgr, heightPx, widthPx, this.#cv.CV_8UC3);
    this.#drawSelfView(mat);
    this.#draw(mat);
    mat.release();
  }

  showCard(text: string): void {
    if (this.#isClosed) return;
    const { widthPx, heightPx } = this.#size ?? firstSize;
    const cv = this.#cv;
    const card = new cv.Mat(heightPx, widthPx, cv.CV_8UC3, cardBackground);
    const scale = heightPx / 480;
    // Hershey letters are about 18 pixels wide at scale 1; they know ASCII only.
    const words = text.replaceAll(/[^\x20-\x7e]/g, "?");
    const left = Math.max(0, Math.round(widthPx / 2 - words.length * 9 * scale));
    const origin = new cv.Point2(left, Math.round(heightPx / 2));
    card.putText(
      words,
      origin,
      cv.FONT_HERSHEY_SIMPLEX,
      scale,
      new cv.Vec3(225, 225, 225),
      Math.max(1, Math.round(scale * 1.5)),
      cv.LINE_AA,
    );
    this.#drawSelfView(card);
    this.#draw(card);
    card.release();
  }

  setSelfView({ widthPx, heightPx, bgr }: Picture): void {
    const mat = new this.#cv.Mat(bgr, heightPx, widthPx, this.#cv.CV_8UC3);
    this.#selfView?.release();
    // As a mirror shows it.
    this.#selfView = mat.flip(1);
    mat.release();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#selfView?.release();
    this.#cv.destroyAllWindows();
  }

  #draw(mat: Mat): void {
    if (this.#size?.widthPx !== mat.cols || this.#size.heightPx !== mat.rows) {
      if (this.#size === undefined) this.#cv.resizeWindow(this.#name, mat.cols, mat.rows);
      this.#size = { widthPx: mat.cols, heightPx: mat.rows };
    }
    this.#cv.imshow(this.#name, mat);
    this.#serveEvents();
  }

  #drawSelfView(mat: Mat): void {
    if (this.#selfView === undefined) return;
    const cv = this.#cv;
    const widthPx = Math.round(mat.cols * selfViewShare);
    const heightPx = Math.round((widthPx * this.#selfView.rows) / this.#selfView.cols);
    const margin = Math.round(mat.cols * selfViewMargin);
    if (heightPx + 2 * margin > mat.rows) return;
    const small = this.#selfView.resize(heightPx, widthPx);
    const corner = new cv.Rect(mat.cols - widthPx - margin, mat.rows - heightPx - margin, widthPx, heightPx);
    const region = mat.getRegion(corner);
    small.copyTo(region);
    mat.drawRectangle(corner, new cv.Vec3(225, 225, 225), 1);
    region.release();
    small.release();
  }

  #serveEvents(): void {
    if (this.#isClosed) return;
    const code = this.#cv.waitKey(1);
    if (code >= 0) this.#onInput({ kind: "key", key: keyNames[code & 0xff] ?? String.fromCharCode(code & 0xff) });
    if (this.#size !== undefined && this.#cv.getWindowProperty(this.#name, this.#cv.WND_PROP_VISIBLE) < 1) {
      this.close();
      this.#onInput({ kind: "closed" });
    }
  }
}
