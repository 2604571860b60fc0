// The sender's own window, as the original program had one: what is captured, before it is encoded.

import { WindowKeys } from "@simple-video-chat/protocol/engine";

import type { Mat, OpenCv } from "../native/opencv.ts";

const windowName = "Simple Video Chat: what you send";
/** How often the window's events are served, ms: half of what a hand notices. */
const idleMs = 30;

/** An open preview window. */
export class PreviewWindow {
  readonly #cv: OpenCv;
  readonly #onKey: (key: string) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #keys = new WindowKeys();
  #isShown = false;
  #isClosed = false;

  /** @param onKey called with a key's name ("q", "Escape"), or "close" (the window's button) */
  constructor(cv: OpenCv, onKey: (key: string) => void) {
    this.#cv = cv;
    this.#onKey = onKey;
    this.#timer = setInterval(() => this.#serveEvents(), idleMs);
  }

  /** Shows a picture; it is not kept. */
  show(mat: Mat): void {
    // imshow on a window that was closed would open it again.
    if (this.#isClosed) return;
    if (!this.#isShown) this.#open(mat.cols, mat.rows);
    this.#cv.imshow(windowName, mat);
  }

  /** Closes the window. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#cv.destroyAllWindows();
  }

  /** Only with the first picture: the window is never seen at another size. */
  #open(widthPx: number, heightPx: number): void {
    const cv = this.#cv;
    // GUI_NORMAL: without Qt's toolbar and status bar. KEEPRATIO: bars instead of a stretched face.
    cv.namedWindow(windowName, cv.WINDOW_NORMAL | cv.WINDOW_KEEPRATIO | cv.WINDOW_GUI_NORMAL);
    cv.resizeWindow(windowName, widthPx, heightPx);
    this.#isShown = true;
  }

  #serveEvents(): void {
    if (!this.#isShown) return;
    const key = this.#keys.name(this.#cv.waitKeyEx(1));
    if (key !== undefined) this.#onKey(key);
    if (this.#cv.getWindowProperty(windowName, this.#cv.WND_PROP_VISIBLE) < 1) {
      this.close();
      this.#onKey("close");
    }
  }
}
