// The contract of every place that shows pictures.

import type { Picture } from "../decode/picture.ts";
import type { OverlayRow } from "./detail-overlay.ts";

/** What the user did at the display: a key ("q", "Escape", "m", …), or the window's close button. */
export type DisplayInput = { readonly kind: "key"; readonly key: string } | { readonly kind: "closed" };

/** An open display. It shows one picture at a time, at once: whoever calls it keeps only the newest. */
export interface Display {
  /** Whether somebody can see it. */
  readonly kind: "window" | "none";
  /** Shows a picture; returns when it is on its way to the screen. The picture is not kept. */
  show(picture: Picture): void;
  /** Shows a text in place of the picture ("waiting", "reconnecting"), so that no frozen picture passes for a live one. */
  showCard(text: string): void;
  /** Names the window; clean text of one line. */
  setTitle(title: string): void;
  /** Shows a table over pictures and cards, until it is set again; without rows, none. */
  setDetail(rows: readonly OverlayRow[]): void;
  /** Sets the small mirrored picture in the corner; it is copied. */
  setSelfView(picture: Picture): void;
  /** Closes the display. */
  close(): void;
}
