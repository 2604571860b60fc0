// Opens the display that was asked for, or the headless one where there is no screen.

import { loadOpenCv } from "../native/opencv.ts";
import type { Display, DisplayInput } from "./display.ts";
import { HeadlessDisplay } from "./headless-display.ts";
import { WindowDisplay } from "./window-display.ts";

/** Whether there is a screen to open a window on. OpenCV ends the whole process when there is none. */
export function hasDisplay(env: NodeJS.ProcessEnv = process.env): boolean {
  return process.platform !== "linux" || Boolean(env["DISPLAY"] || env["WAYLAND_DISPLAY"]);
}

/** Opens a window with this title, or nothing visible when `title` is undefined. */
export async function openDisplay(title: string | undefined, onInput: (input: DisplayInput) => void): Promise<Display> {
  if (title === undefined || !hasDisplay()) return new HeadlessDisplay();
  return new WindowDisplay(await loadOpenCv(), title, onInput);
}
