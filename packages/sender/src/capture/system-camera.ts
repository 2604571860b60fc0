// Cameras where OpenCV does not know their names: AVFoundation's and DirectShow's, through FFmpeg. Used in the capture engine.

import { cleanText } from "@simple-video-chat/protocol";

import { SourceError } from "../errors.ts";
import { Device } from "../native/ffmpeg.ts";
import { isBetter, usualCameraSize, type WantedFormat } from "./camera-format.ts";
import { openFfmpegDevice } from "./ffmpeg-device-source.ts";
import type { Source } from "./source.ts";
import type { SourceSpec } from "./source-spec.ts";

/** A camera as the system names it. */
interface SystemCamera {
  readonly id: string;
  readonly name: string;
}

/** The system's cameras, in its own order: their place is their index. */
export async function listSystemCameras(): Promise<readonly SystemCamera[]> {
  const devices = await Device.list();
  return devices
    .filter(({ type }) => type === "video")
    .map(({ name, description }) => ({ id: name, name: cleanText(description || name, { lines: false }) }));
}

/** Sizes and rates of a camera; of the same size the highest rate. */
export async function modesOf(id: string): Promise<readonly WantedFormat[]> {
  const modes = await Device.modes(id).catch(() => []);
  const best = new Map<string, WantedFormat>();
  for (const { width: widthPx, height: heightPx, maxFrameRate } of modes) {
    const key = `${widthPx}x${heightPx}`;
    if (maxFrameRate > (best.get(key)?.frameRate ?? 0)) best.set(key, { widthPx, heightPx, frameRate: maxFrameRate });
  }
  return [...best.values()];
}

/** Opens a camera by its index, name or part of its name. @throws SourceError camera-missing or camera-busy */
export async function openSystemCamera(spec: Extract<SourceSpec, { kind: "camera" }>): Promise<Source> {
  const cameras = await listSystemCameras();
  const wish = spec.camera.toLowerCase();
  const camera = /^\d+$/.test(wish)
    ? cameras[Number(wish)]
    : cameras.find(({ id, name }) => id === spec.camera || name.toLowerCase().includes(wish));
  if (camera === undefined) {
    const names = cameras.map(({ name }, index) => `${index} (${name})`).join(", ");
    throw new SourceError(
      "camera-missing",
      `There is no camera ${spec.camera}. ${names === "" ? "Plug one in" : `There is ${names}`}, or use --source testcard.`,
    );
  }
  const { widthPx = usualCameraSize.widthPx, heightPx = usualCameraSize.heightPx, frameRate = 30 } = spec;
  const wanted = { widthPx, heightPx, frameRate };
  const modes = await modesOf(camera.id);
  const mode = modes.reduce((best, each) => (isBetter(each, best, wanted) ? each : best), modes[0] ?? wanted);
  const isMac = process.platform === "darwin";
  return openFfmpegDevice({
    name: camera.name,
    format: Device.getVideoFormat(),
    url: isMac ? camera.name : `video=${camera.id}`,
    options: {
      video_size: `${mode.widthPx}x${mode.heightPx}`,
      framerate: String(Math.min(mode.frameRate, Math.max(frameRate, 1))),
      ...(isMac && { pixel_format: "nv12" }),
    },
    frameRate: mode.frameRate,
    fail: (when) =>
      when === "open"
        ? new SourceError(
            "camera-busy",
            `The camera ${camera.name} does not open: another program may be using it, or this one may not use cameras.`,
          )
        : new SourceError("camera-lost", `The camera ${camera.name} stopped giving pictures. Was it unplugged?`),
  });
}
