// An OpenCV window: opens at the picture's size, is resized with the aspect kept, closed by its button, q or Esc.

import type { Picture } from "../decode/picture.ts";
import type { Mat, OpenCv } from "../native/opencv.ts";
import { type CardSize, dotPhase, drawCard, drawDots } from "./card.ts";
import { DetailOverlay, type OverlayRow } from "./detail-overlay.ts";
import type { Display, DisplayInput } from "./display.ts";
import { SelfViewOverlay } from "./self-view-overlay.ts";

/** How often the window's events are served while no picture comes, ms: half of what a hand notices. */
const idleMs = 25;
/** Size of the window and of its card before any picture has come. */
const firstSize: CardSize = { widthPx: 1280, heightPx: 720 };

const keyNames: Readonly<Record<number, string>> = { 27: "Escape", 32: "Space" };

/** An open window. */
export class WindowDisplay implements Display {
  readonly kind = "window";
  readonly #cv: OpenCv;
  readonly #name: string;
  readonly #onInput: (input: DisplayInput) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #selfView: SelfViewOverlay;
  readonly #detail: DetailOverlay;
  #pictureSize: CardSize | undefined;
  /** The card that is shown, without dots and self-view; undefined while pictures come. */
  #card: Mat | undefined;
  #cardPhase = 0;
  #isDrawn = false;
  #isClosed = false;

  /** @param name the window's title, cleaned of control characters */
  constructor(cv: OpenCv, name: string, onInput: (input: DisplayInput) => void) {
    this.#cv = cv;
    this.#name = name;
    this.#onInput = onInput;
    this.#selfView = new SelfViewOverlay(cv);
    this.#detail = new DetailOverlay(cv);
    // GUI_NORMAL: without Qt's toolbar and status bar. KEEPRATIO: bars instead of a stretched face.
    cv.namedWindow(name, cv.WINDOW_NORMAL | cv.WINDOW_KEEPRATIO | cv.WINDOW_GUI_NORMAL);
    cv.resizeWindow(name, firstSize.widthPx, firstSize.heightPx);
    this.#timer = setInterval(() => this.#idle(), idleMs);
  }

  show({ widthPx, heightPx, bgr }: Picture): void {
    if (this.#isClosed) return;
    this.#dropCard();
    // Only for the first picture: from then on the window has the size that the user gave it.
    if (this.#pictureSize === undefined) this.#cv.resizeWindow(this.#name, widthPx, heightPx);
    this.#pictureSize = { widthPx, heightPx };
    // With the buffer last it is not copied.
    const mat = new this.#cv.Mat(heightPx, widthPx, this.#cv.CV_8UC3, bgr);
    this.#draw(mat);
    mat.release();
    this.#serveEvents();
  }

  showCard(text: string): void {
    if (this.#isClosed) return;
    this.#dropCard();
    this.#card = drawCard(this.#cv, this.#pictureSize ?? firstSize, text);
    this.#drawCard();
    this.#serveEvents();
  }

  setTitle(title: string): void {
    if (!this.#isClosed) this.#cv.setWindowTitle(this.#name, title);
  }

  setDetail(rows: readonly OverlayRow[]): void {
    if (this.#isClosed) return;
    this.#detail.set(rows);
    if (this.#card !== undefined) this.#drawCard();
  }

  setSelfView({ widthPx, heightPx, bgr }: Picture): void {
    if (this.#isClosed) return;
    const mat = new this.#cv.Mat(heightPx, widthPx, this.#cv.CV_8UC3, bgr);
    this.#selfView.set(mat);
    mat.release();
    // No picture comes that would show it.
    if (this.#card !== undefined) this.#drawCard();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#dropCard();
    this.#selfView.release();
    this.#detail.release();
    this.#cv.destroyAllWindows();
  }

  #idle(): void {
    if (this.#card !== undefined && dotPhase(performance.now()) !== this.#cardPhase) this.#drawCard();
    this.#serveEvents();
  }

  #drawCard(): void {
    if (this.#card === undefined) return;
    const timeMs = performance.now();
    this.#cardPhase = dotPhase(timeMs);
    const card = this.#card.copy();
    drawDots(this.#cv, card, timeMs);
    this.#draw(card);
    card.release();
  }

  #draw(mat: Mat): void {
    this.#selfView.draw(mat);
    this.#detail.draw(mat);
    this.#cv.imshow(this.#name, mat);
    this.#isDrawn = true;
  }

  #dropCard(): void {
    this.#card?.release();
    this.#card = undefined;
  }

  #serveEvents(): void {
    if (this.#isClosed) return;
    const code = this.#cv.waitKey(1);
    if (code >= 0) this.#onInput({ kind: "key", key: keyNames[code & 0xff] ?? String.fromCodePoint(code & 0xff) });
    // A window that was never drawn is not visible yet.
    if (this.#isDrawn && this.#cv.getWindowProperty(this.#name, this.#cv.WND_PROP_VISIBLE) < 1) {
      this.close();
      this.#onInput({ kind: "closed" });
    }
  }
}
