// Keeps a window above the others. OpenCV can do that on Windows and macOS; under X it is asked of the window manager, since OpenCV's windows
// of Qt do not know how. Under Wayland no program can, so that there nothing is done.

import { setTimeout as sleep } from "node:timers/promises";

import { keepWindowAbove } from "@simple-video-chat/protocol/engine";

import type { OpenCv } from "../native/opencv.ts";

/** A window that was just drawn may take a moment until it is managed. */
const attempts = 25;
const pauseMs = 200;

/**
 * @param name OpenCV's name of the window
 * @param title what its title bar says now; undefined when it is closed
 */
export function keepOnTop(cv: OpenCv, name: string, title: () => string | undefined): void {
  const { DISPLAY: display } = process.env;
  if (process.platform !== "linux") cv.setWindowProperty(name, cv.WND_PROP_TOPMOST, 1);
  else if (display !== undefined) void keepAboveUnderX(display, title);
}

async function keepAboveUnderX(display: string, title: () => string | undefined): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    await sleep(pauseMs);
    const now = title();
    // A window manager that cannot, or a screen that is gone: the call goes on without.
    if (now === undefined || (await keepWindowAbove(display, { title: now, pid: process.pid }).catch(() => false))) return;
  }
}
