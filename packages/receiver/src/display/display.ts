// The contract of every place that shows pictures.

import type { Picture } from "../decode/picture.ts";
import type { CardWords } from "./card.ts";
import type { Overlay } from "./overlay.ts";

/** What the user did at the display: a key ("q", "Escape", "m", …), or the window's close button. */
export type DisplayInput = { readonly kind: "key"; readonly key: string } | { readonly kind: "closed" };

/** How pictures are shown. */
export interface DisplayView {
  readonly isFullscreen: boolean;
  /** Left and right are exchanged. */
  readonly isMirrored: boolean;
  /** Other windows do not cover it; default false. */
  readonly isOnTop?: boolean;
}

/** As a window opens, unless it is told otherwise. */
export const plainView: DisplayView = { isFullscreen: false, isMirrored: false };

/** An open display. It shows one picture at a time, at once: whoever calls it keeps only the newest. */
export interface Display {
  /** Whether somebody can see it. */
  readonly kind: "window" | "none";
  /** Shows a picture; returns when it is on its way to the screen. It is not kept, but may be drawn on. */
  show(picture: Picture): void;
  /** Shows a picture that stands still: it is copied, and drawn anew when the overlay changes. */
  hold(picture: Picture): void;
  /** Shows a text in place of the picture ("waiting", "reconnecting"), so that no frozen picture passes for a live one. */
  showCard(words: CardWords): void;
  /** Names the window; clean text of one line. */
  setTitle(title: string): void;
  /** Says what is drawn over pictures and cards from now on. */
  setOverlay(overlay: Overlay): void;
  setView(view: DisplayView): void;
  /** Sets the small mirrored picture in the corner; it is copied. */
  setSelfView(picture: Picture): void;
  /** Closes the display. */
  close(): void;
}
