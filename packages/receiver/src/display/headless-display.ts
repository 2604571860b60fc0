// The display of a computer without one: pictures are decoded and converted as for a window, measured, and not drawn.

import type { Display } from "./display.ts";

/** A display that draws nothing. */
export class HeadlessDisplay implements Display {
  readonly kind = "none";
  show(): void {}
  showCard(): void {}
  setTitle(): void {}
  setDetail(): void {}
  setSelfView(): void {}
  close(): void {}
}
