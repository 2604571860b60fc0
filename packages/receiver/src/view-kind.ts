// Where pictures are shown: in a window by OpenCV, or in a page by a browser. Without OpenCV it is the page.

import { opencvModule, SetUpError } from "@simple-video-chat/protocol/set-up";

/** A window, or a page for a browser on this computer. */
export type ViewKind = "window" | "browser";

/**
 * What can be had of what is wanted.
 *
 * @returns what is there in its place, and why, as a sentence for the user
 */
export function possibleView(wanted: ViewKind): { readonly view: ViewKind; readonly why?: string } {
  if (wanted === "browser") return { view: wanted };
  try {
    // Only looked for: the network process loads no native code.
    opencvModule(() => import.meta.resolve("@u4/opencv4nodejs"));
    return { view: wanted };
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    return { view: "browser", why: `There can be no window: ${error.message} Until then a page takes its place.` };
  }
}
