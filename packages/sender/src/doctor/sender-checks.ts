// What the sending half needs: libraries, a camera and who holds it, a microphone.

import { accessSync, constants } from "node:fs";

import { type Check, ffmpegFinding, type LibraryAnswer, libraryPatienceMs, opencvFinding } from "@simple-video-chat/protocol/cli";
import { askProcess } from "@simple-video-chat/protocol/engine";

import { listMicrophones } from "../audio/microphone.ts";
import { type CameraDetails, listCameraDetails } from "../capture/list-cameras.ts";

/** Whether OpenCV and FFmpeg load and can encode. @param command "svc-sender", for what to run */
export function senderLibraryCheck(command: string): Check {
  return async () => {
    const answer = (await askProcess(new URL("../engine/probe-main.js", import.meta.url), libraryPatienceMs)) as
      | { readonly opencv: LibraryAnswer; readonly ffmpeg: LibraryAnswer }
      | undefined;
    return [opencvFinding(answer?.opencv, command), ffmpegFinding(answer?.ffmpeg)];
  };
}

/** Whether there is a camera that can be opened. @param list default the cameras of this computer */
export function cameraCheck(list: () => Promise<readonly CameraDetails[]> = listCameraDetails): Check {
  return async () => {
    const cameras = await list();
    const what = "camera";
    if (cameras.length === 0)
      return [
        { what, verdict: "warning", says: "there is none", remedy: "Plug one in, or show something else: --source screen, or testcard." },
      ];
    return cameras.map(({ camera, name, usedBy, modes }) => {
      const [best] = modes;
      const size = best === undefined ? "" : `, up to ${best.widthPx}x${best.heightPx}`;
      const holders = usedBy.map((user) => `${user.name} (pid ${user.pid})`).join(" and ");
      if (holders !== "")
        return { what, verdict: "warning", says: `${name} is used by ${holders}`, remedy: "Close that program before a call." };
      if (!isAllowed(`/dev/video${camera}`))
        return {
          what,
          verdict: "failed",
          says: `you may not use ${name} (/dev/video${camera})`,
          remedy: "Run: sudo usermod -aG video $USER, then log in again.",
        };
      return { what, verdict: "ok", says: `${camera} ${name}${size}` };
    });
  };
}

/** Whether there is a microphone. */
export const microphoneCheck: Check = async () => {
  const what = "microphone";
  try {
    const [first, ...others] = await listMicrophones();
    if (first !== undefined)
      return [{ what, verdict: "ok", says: others.length === 0 ? first.name : `${first.name}, and ${others.length} more` }];
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

/** Elsewhere than on Linux devices are no files, and the system asks its user. */
function isAllowed(device: string): boolean {
  if (process.platform !== "linux") return true;
  try {
    accessSync(device, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
