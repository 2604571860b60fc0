// Opens the display that was asked for, or the headless one where there is no screen.

import { isScreenReachable } from "@simple-video-chat/protocol/engine";

import { loadOpenCv } from "../native/opencv.ts";
import type { Display, DisplayInput } from "./display.ts";
import { HeadlessDisplay } from "./headless-display.ts";
import { WindowDisplay } from "./window-display.ts";

/** Opens a window with this title; or the headless display when `title` is undefined, and where no screen answers. */
export async function openDisplay(title: string | undefined, onInput: (input: DisplayInput) => void): Promise<Display> {
  if (title === undefined || !(await isScreenReachable())) return new HeadlessDisplay();
  return new WindowDisplay(await loadOpenCv(), title, onInput);
}
