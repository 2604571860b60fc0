// The source options of a command line, read into a library's options: for sender and for peer.

import { existsSync } from "node:fs";

import type { VideoCodec } from "@simple-video-chat/protocol";
import { CliError, exitCodes, filterUrl, forTerminal, parseBitrate, parseNumber, parsePictureSize } from "@simple-video-chat/protocol/cli";

import { findCamera, missingCamera } from "./capture/cameras.ts";
import { sourceSpec, type SourceSpec } from "./capture/source-spec.ts";
import type { EncoderChoice } from "./encode/encoder.ts";
import type { VideoOptions } from "./video-options.ts";

/** What yargs gives for protocol's `sourceOptions`. */
export interface SourceArguments {
  /** One, or several, which the key c goes through. */
  readonly source: string | readonly string[];
  readonly camera: string;
  readonly cameraSize?: string | undefined;
  readonly loop: boolean;
  readonly maxSize: number;
  readonly videoBitRate?: string | undefined;
  readonly maxFps: number;
  readonly maxLatency: number;
  readonly videoCodec: string;
  readonly encoder: string;
  readonly barcode: boolean;
  readonly filter?: string | undefined;
}

/** @throws CliError usage for a value that cannot be */
export function videoOptionsFrom(args: SourceArguments): VideoOptions & Required<Pick<VideoOptions, "otherSources">> {
  const sizePx = args.cameraSize === undefined ? undefined : parsePictureSize(args.cameraSize);
  const maxFrameRate = parseNumber("max-fps", args.maxFps, 1, 240);
  const named = [args.source].flat();
  const sources = named.map((source) => sourceSpec({ source, camera: args.camera, sizePx, frameRate: maxFrameRate, loop: args.loop }));
  const [source, ...otherSources] = sources;
  if (source === undefined) throw new CliError(exitCodes.usage, "--source takes what to show.");
  return {
    source,
    otherSources,
    codec: args.videoCodec as VideoCodec,
    encoder: args.encoder as EncoderChoice,
    maxSidePx: parseNumber("max-size", args.maxSize, 64, 4096),
    maxFrameRate,
    maxLatencyMs: parseNumber("max-latency", args.maxLatency, 20, 10_000),
    ...(args.videoBitRate !== undefined && { bitrateBps: parseBitrate(args.videoBitRate) }),
    ...(args.barcode && { barcode: true }),
    ...(args.filter !== undefined && { filter: filterUrl("filter", args.filter) }),
  };
}

/**
 * Looks whether the source is there, before anybody joins: the capture engine would only find out then.
 *
 * @throws CliError couldNotStart for a file or a display, camera for a camera that is not there
 */
export function checkSource(source: SourceSpec): void {
  if (source.kind === "file" && !existsSync(source.path)) {
    throw new CliError(
      exitCodes.couldNotStart,
      `There is no file ${forTerminal(source.path, 200)}. --source takes camera, screen, testcard, motion, a video file or a URL.`,
    );
  }
  if (source.kind === "screen" && process.platform === "linux" && (process.env["DISPLAY"] ?? "") === "") {
    throw new CliError(
      exitCodes.couldNotStart,
      "There is no X display here to show. On Wayland only what runs under Xwayland can be shown.",
    );
  }
  if (source.kind === "camera" && !findCamera(source.camera).present) {
    throw new CliError(exitCodes.camera, missingCamera(forTerminal(source.camera)));
  }
}
