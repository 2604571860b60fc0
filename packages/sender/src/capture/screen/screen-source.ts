// The screen, a part of it, or a window, as a source of pictures.

import { chooseWindow, isScreenReachable, listWindows } from "@simple-video-chat/protocol/engine";

import { SourceError } from "../../errors.ts";
import { type FfmpegDevice, openFfmpegDevice } from "../ffmpeg-device-source.ts";
import type { Source } from "../source.ts";
import type { ScreenArea, SourceSpec } from "../source-spec.ts";

type ScreenSpec = Extract<SourceSpec, { kind: "screen" }>;

/** Opens it. @throws SourceError (rejects) screen-missing; its pictures end with screen-lost when the window or the display is gone */
export async function openScreen(spec: ScreenSpec): Promise<Source> {
  return openFfmpegDevice(await screenDevice(spec));
}

/** @internal The screen in FFmpeg's words, for this system or another. */
async function screenDevice(
  spec: ScreenSpec,
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
): Promise<FfmpegDevice> {
  const { area, window, frameRate } = spec;
  const framerate = String(frameRate);
  const size = area && { video_size: `${area.widthPx}x${area.heightPx}` };
  const name = window === undefined ? (area === undefined ? "the screen" : `the screen's ${areaText(area)}`) : `the window ${window}`;
  const fail = (when: "open" | "later"): SourceError =>
    when === "open"
      ? new SourceError(
          "screen-missing",
          `${capital(name)} cannot be captured. Is it there, within the screen, and may this program see it?`,
        )
      : new SourceError("screen-lost", `${capital(name)} is gone, or has changed its size.`);
  const common = { name, frameRate, fail };
  switch (platform) {
    case "darwin":
      if (window !== undefined || area !== undefined)
        throw new SourceError("screen-missing", "On macOS only the whole screen can be shown: use --source screen.");
      return {
        ...common,
        format: "avfoundation",
        url: "Capture screen 0",
        options: { framerate, capture_cursor: "1", pixel_format: "nv12" },
      };
    case "win32": {
      const offset = area && { offset_x: String(area.leftPx), offset_y: String(area.topPx) };
      const url = window === undefined ? "desktop" : `title=${window}`;
      return { ...common, format: "gdigrab", url, options: { framerate, draw_mouse: "1", ...offset, ...size } };
    }
    default: {
      const display = env["DISPLAY"] ?? "";
      // FFmpeg's words for a missing display are none; and Wayland shows its windows to no one but through its portal.
      if (display === "" || !(await isScreenReachable({ DISPLAY: display })))
        throw new SourceError("screen-missing", "There is no X display here to capture. On Wayland only what runs under Xwayland can be.");
      const chosen = window === undefined ? undefined : chooseWindow(await windowsOf(display), window);
      if (window !== undefined && chosen === undefined) throw await missingWindow(window, display);
      const offset = area === undefined ? "" : `+${area.leftPx},${area.topPx}`;
      return {
        ...common,
        ...(chosen !== undefined && { name: `the window ${chosen.name}` }),
        format: "x11grab",
        url: `${display}${offset}`,
        options: { framerate, draw_mouse: "1", ...size, ...(chosen !== undefined && { window_id: String(chosen.id) }) },
      };
    }
  }
}

async function windowsOf(display: string): ReturnType<typeof listWindows> {
  try {
    return await listWindows(display);
  } catch (error) {
    throw new SourceError("screen-missing", `The display ${display} does not list its windows.`, { cause: error });
  }
}

async function missingWindow(window: string, display: string): Promise<SourceError> {
  const names = [...new Set((await windowsOf(display)).map(({ name }) => name))].slice(0, 20);
  const choice = names.length === 0 ? "There are none with a name." : `There are: ${names.join(", ")}.`;
  return new SourceError("screen-missing", `There is no window ${window}. ${choice}`);
}

function areaText({ widthPx, heightPx, leftPx, topPx }: ScreenArea): string {
  return `${widthPx}x${heightPx}+${leftPx}+${topPx}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
