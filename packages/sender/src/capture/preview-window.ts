// The sender's own window, as the original program had one: what is captured, before it is encoded.

import type { Mat, OpenCv } from "../native/opencv.ts";

const windowName = "Simple Video Chat: what you send";
/** How often the window's events are served when no picture comes, ms. */
const idleMs = 30;

/** Whether there is a display to open a window on. OpenCV ends the whole process when there is none. */
export function hasDisplay(): boolean {
  return process.platform !== "linux" || Boolean(process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"]);
}

/** An open preview window. */
export class PreviewWindow {
  readonly #cv: OpenCv;
  readonly #onKey: (key: string) => void;
  readonly #timer: NodeJS.Timeout;
  #isShown = false;

  /** @param onKey called with "q", "Escape" or "close" (the window's button) */
  constructor(cv: OpenCv, onKey: (key: string) => void) {
    this.#cv = cv;
    this.#onKey = onKey;
    cv.namedWindow(windowName, cv.WINDOW_NORMAL | cv.WINDOW_KEEPRATIO | cv.WINDOW_GUI_NORMAL);
    this.#timer = setInterval(() => this.#serveEvents(), idleMs);
  }

  /** Shows a picture; it is not kept. */
  show(mat: Mat): void {
    if (!this.#isShown) this.#cv.resizeWindow(windowName, mat.cols, mat.rows);
    this.#isShown = true;
    this.#cv.imshow(windowName, mat);
  }

  /** Closes the window. */
  close(): void {
    clearInterval(this.#timer);
    this.#cv.destroyAllWindows();
  }

  #serveEvents(): void {
    const key = this.#cv.waitKey(1) & 0xff;
    if (key === 113) this.#onKey("q");
    if (key === 27) this.#onKey("Escape");
    if (this.#isShown && this.#cv.getWindowProperty(windowName, this.#cv.WND_PROP_VISIBLE) < 1) this.#onKey("close");
  }
}
