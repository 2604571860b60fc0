// What the receiving half needs: libraries, a display, a speaker.

import { type Check, ffmpegFinding, type LibraryAnswer, libraryPatienceMs, opencvFinding } from "@simple-video-chat/protocol/cli";
import { askProcess, isScreenReachable } from "@simple-video-chat/protocol/engine";

import { listSpeakers } from "../audio/speaker.ts";

/** Whether OpenCV and FFmpeg load and can decode. @param command "svc-receiver", for what to run */
export function receiverLibraryCheck(command: string): Check {
  return async () => {
    const answer = (await askProcess(new URL("../engine/probe-main.js", import.meta.url), libraryPatienceMs)) as
      | { readonly opencv: LibraryAnswer; readonly ffmpeg: LibraryAnswer }
      | undefined;
    return [opencvFinding(answer?.opencv, command), ffmpegFinding(answer?.ffmpeg)];
  };
}

/** Whether a window can be opened. */
export const displayCheck: Check = async () => {
  const what = "display";
  if (await isScreenReachable())
    return [{ what, verdict: "ok", says: process.env["DISPLAY"] ?? process.env["WAYLAND_DISPLAY"] ?? "the screen" }];
  const says = process.env["DISPLAY"] === undefined ? "there is none" : `${process.env["DISPLAY"]} does not answer`;
  return [{ what, verdict: "warning", says, remedy: "Run it from a desktop session; or see the call in a browser: --view browser." }];
};

/** Whether there is a speaker. */
export const speakerCheck: Check = async () => {
  const what = "speaker";
  try {
    const speakers = await listSpeakers();
    const chosen = speakers.find(({ isDefault }) => isDefault) ?? speakers[0];
    if (chosen !== undefined)
      return [{ what, verdict: "ok", says: speakers.length === 1 ? chosen.name : `${chosen.name}, and ${speakers.length - 1} more` }];
  } catch (error) {
    return [{ what, verdict: "warning", says: error instanceof Error ? error.message : String(error) }];
  }
  return [
    {
      what,
      verdict: "warning",
      says: "there is none",
      remedy: "Plug one in, or start the sound server: systemctl --user start pipewire-pulse",
    },
  ];
};
