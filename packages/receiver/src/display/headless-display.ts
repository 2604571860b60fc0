// The display of a computer without one: pictures are decoded and converted as for a window, measured, and not drawn.

import type { Display } from "./display.ts";

/** A display that draws nothing. */
export class HeadlessDisplay implements Display {
  readonly kind = "none";
  show(): void {}
  hold(): void {}
  showCard(): void {}
  setTitle(): void {}
  setOverlay(): void {}
  setView(): void {}
  setSelfView(): void {}
  close(): void {}
}
