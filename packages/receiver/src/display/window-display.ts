// An OpenCV window: opens at the picture's size, is resized with the aspect kept, closed by its button, q or Esc. Over its pictures and cards
// go the self-view and the overlay.

import { WindowKeys } from "@simple-video-chat/protocol/engine";

import type { Picture } from "../decode/picture.ts";
import type { Mat, OpenCv } from "../native/opencv.ts";
import { Canvas } from "./canvas.ts";
import { type CardSize, type CardWords, dotPhase, drawCard, drawDots } from "./card.ts";
import { type Display, type DisplayInput, type DisplayView, plainView } from "./display.ts";
import { drawOverlay } from "./draw-overlay.ts";
import { programLetters } from "./letters.ts";
import { keepOnTop } from "./on-top.ts";
import { bareOverlay, hasLayers, type Overlay } from "./overlay.ts";
import { SelfViewOverlay } from "./self-view-overlay.ts";

/** How often the window's events are served between pictures, ms: a hand notices 50, and drawing the help takes some of them. */
const idleMs = 10;
/** For how long after the first picture the window grows with the pictures, ms. */
const growingMs = 5_000;
/** Size of the window and of its card before any picture has come. */
const firstSize: CardSize = { widthPx: 1280, heightPx: 720 };

/** What is shown when no new picture comes, without what is drawn over it. */
interface Still extends CardSize {
  readonly bgr: Buffer;
  /** A card has dots that move. */
  readonly isCard: boolean;
}

/** An open window. */
export class WindowDisplay implements Display {
  readonly kind = "window";
  readonly #cv: OpenCv;
  readonly #name: string;
  #title: string;
  readonly #onInput: (input: DisplayInput) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #keys = new WindowKeys();
  readonly #selfView: SelfViewOverlay;
  #overlay: Overlay = bareOverlay;
  #layers: Canvas | undefined;
  /** What is on it. */
  #drawnOverlay: Overlay | undefined;
  #view: DisplayView = plainView;
  /** Of the largest picture so far: a slow link makes pictures smaller, and then words over them would be too small to read. */
  #largest: CardSize | undefined;
  #firstShownMs: number | undefined;
  #still: Still | undefined;
  #cardPhase = 0;
  #isDrawn = false;
  /** Done since the view was last changed: a window that is shown anew may have lost it. */
  #isKeptOnTop = false;
  #isClosed = false;

  /** @param name the window's title, cleaned of control characters */
  constructor(cv: OpenCv, name: string, onInput: (input: DisplayInput) => void) {
    this.#cv = cv;
    this.#name = name;
    this.#title = name;
    this.#onInput = onInput;
    this.#selfView = new SelfViewOverlay(cv);
    // GUI_NORMAL: without Qt's toolbar and status bar. KEEPRATIO: bars instead of a stretched face.
    cv.namedWindow(name, cv.WINDOW_NORMAL | cv.WINDOW_KEEPRATIO | cv.WINDOW_GUI_NORMAL);
    cv.resizeWindow(name, firstSize.widthPx, firstSize.heightPx);
    this.#timer = setInterval(() => this.#idle(), idleMs);
  }

  show(picture: Picture): void {
    if (this.#isClosed) return;
    this.#still = undefined;
    this.#fitTo(picture);
    const mat = this.#matOver(picture);
    this.#draw(mat, picture.bgr);
    mat.release();
    this.#serveEvents();
  }

  hold(picture: Picture): void {
    if (this.#isClosed) return;
    this.#still = undefined;
    const { widthPx, heightPx, bgr } = picture;
    this.#still = { widthPx, heightPx, bgr: Buffer.from(bgr), isCard: false };
    this.#drawStill();
    this.#serveEvents();
  }

  showCard(words: CardWords): void {
    if (this.#isClosed) return;
    const size = this.#largest ?? firstSize;
    this.#still = { ...size, bgr: drawCard(size, words, programLetters()), isCard: true };
    this.#drawStill();
    this.#serveEvents();
  }

  setTitle(title: string): void {
    if (this.#isClosed) return;
    this.#title = title;
    this.#cv.setWindowTitle(this.#name, title);
  }

  setOverlay(overlay: Overlay): void {
    if (this.#isClosed) return;
    this.#overlay = overlay;
    this.#drawStill();
  }

  setView(view: DisplayView): void {
    if (this.#isClosed) return;
    const cv = this.#cv;
    if (view.isFullscreen !== this.#view.isFullscreen)
      cv.setWindowProperty(this.#name, cv.WND_PROP_FULLSCREEN, view.isFullscreen ? cv.WINDOW_FULLSCREEN : cv.WINDOW_NORMAL);
    this.#view = view;
    this.#isKeptOnTop = false;
    this.#drawStill();
  }

  setSelfView(picture: Picture): void {
    if (this.#isClosed) return;
    const mat = this.#matOver(picture);
    this.#selfView.set(mat);
    mat.release();
    // No picture comes that would show it.
    this.#drawStill();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#still = undefined;
    this.#selfView.release();
    this.#cv.destroyAllWindows();
  }

  #idle(): void {
    if (this.#still?.isCard === true && dotPhase(performance.now()) !== this.#cardPhase) this.#drawStill();
    this.#serveEvents();
  }

  #fitTo({ widthPx, heightPx }: CardSize): void {
    if (this.#largest !== undefined && heightPx <= this.#largest.heightPx) return;
    // A call may begin with smaller pictures. Later the window has the size that the user gave it.
    this.#firstShownMs ??= performance.now();
    // To resize a window that fills the screen would end that.
    if (performance.now() - this.#firstShownMs < growingMs && !this.#view.isFullscreen)
      this.#cv.resizeWindow(this.#name, widthPx, heightPx);
    this.#largest = { widthPx, heightPx };
  }

  #drawStill(): void {
    if (this.#still === undefined) return;
    const { isCard, ...size } = this.#still;
    const bgr = Buffer.from(size.bgr);
    if (isCard) {
      const timeMs = performance.now();
      this.#cardPhase = dotPhase(timeMs);
      drawDots(bgr, size, programLetters(), timeMs);
    }
    const mat = this.#matOver({ ...size, bgr });
    this.#draw(mat, bgr, isCard);
    mat.release();
  }

  /**
   * Draws what goes over a picture, and shows it. While there is nothing to draw, the picture's own pixels go to the screen.
   *
   * @param pixels of `mat`
   */
  #draw(mat: Mat, pixels: Buffer, isCard: boolean = false): void {
    const cv = this.#cv;
    const owned: Mat[] = [];
    const own = (made: Mat): Mat => {
      owned.push(made);
      return made;
    };
    let [top, bgr]: [Mat, Buffer | undefined] = [mat, pixels];
    if (this.#view.isMirrored && !isCard) [top, bgr] = [own(top.flip(1)), undefined];
    if (hasLayers(this.#overlay)) {
      const { widthPx: fullWidthPx, heightPx: fullHeightPx } = this.#largest ?? firstSize;
      if (top.rows < fullHeightPx) [top, bgr] = [own(top.resize(fullHeightPx, fullWidthPx, 0, 0, cv.INTER_LINEAR)), undefined];
      if (!this.#overlay.selfView.isHidden) this.#selfView.draw(top, this.#overlay.selfView.corner);
      bgr ??= top.getData();
      const [widthPx, heightPx] = [top.cols, top.rows];
      this.#layersFor({ widthPx, heightPx }).layOver(bgr);
      top = own(this.#matOver({ bgr, widthPx, heightPx }));
    } else if (!this.#overlay.selfView.isHidden) this.#selfView.draw(top, this.#overlay.selfView.corner);
    cv.imshow(this.#name, top);
    this.#isDrawn = true;
    if (this.#view.isOnTop === true && !this.#isKeptOnTop) {
      this.#isKeptOnTop = true;
      keepOnTop(cv, this.#name, () => (this.#isClosed ? undefined : this.#title));
    }
    for (const made of owned) made.release();
  }

  /** The layers, drawn once for many pictures, on a canvas that is kept as long as the pictures have its size. */
  #layersFor({ widthPx, heightPx }: CardSize): Canvas {
    if (this.#layers?.widthPx !== widthPx || this.#layers.heightPx !== heightPx) {
      this.#layers = new Canvas(widthPx, heightPx, programLetters());
      this.#drawnOverlay = undefined;
    }
    if (this.#drawnOverlay !== this.#overlay) {
      this.#layers.clear();
      drawOverlay(this.#overlay, this.#layers);
      this.#drawnOverlay = this.#overlay;
    }
    return this.#layers;
  }

  /** With the buffer last it is not copied. */
  #matOver({ bgr, widthPx, heightPx }: CardSize & { readonly bgr: Buffer }): Mat {
    return new this.#cv.Mat(heightPx, widthPx, this.#cv.CV_8UC3, bgr);
  }

  #serveEvents(): void {
    if (this.#isClosed) return;
    const key = this.#keys.name(this.#cv.waitKeyEx(1));
    if (key !== undefined) this.#onInput({ kind: "key", key });
    // A window that was never drawn is not visible yet.
    if (this.#isDrawn && this.#cv.getWindowProperty(this.#name, this.#cv.WND_PROP_VISIBLE) < 1) {
      this.close();
      this.#onInput({ kind: "closed" });
    }
  }
}
