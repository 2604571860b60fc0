// How video is made and sent: the options that a sender and a peer share, with their defaults.

import { maxVideoPacketsPerS, type VideoCodec } from "@simple-video-chat/protocol";

import { type SoundChoice, soundWith } from "./audio/sound-spec.ts";
import type { SourceSpec } from "./capture/source-spec.ts";
import type { EncoderChoice } from "./encode/encoder.ts";
import type { CaptureHostOptions } from "./capture-host.ts";
import type { OutgoingVideoOptions } from "./outgoing-video.ts";

/** The cap on the bitrate unless the user sets one, bits a second: a good picture at 1280×720, 30 Hz. */
const defaultBitrateBps: Readonly<Record<VideoCodec, number>> = { h264: 2_000_000, jpeg: 40_000_000, vp9: 2_000_000 };
/** Where to begin on a link that nothing is known of: a picture of fair quality, small enough for most links. */
const startBitrateBps: Readonly<Record<VideoCodec, number>> = { h264: 1_000_000, jpeg: 8_000_000, vp9: 1_000_000 };

/** How video is made and sent. */
export interface VideoOptions {
  readonly source: SourceSpec;
  /** What it may be changed for later. The capture engine has no network, and no display reached by one, unless it or one of these needs it. */
  readonly otherSources?: readonly SourceSpec[];
  /** Default "h264". */
  readonly codec?: VideoCodec;
  /** What encodes H.264; default "auto". Hardware that is not there, or fails, gives way to software, with a notice. */
  readonly encoder?: EncoderChoice;
  /** Most video bits a second; default 2,000,000, with JPEG 40,000,000. */
  readonly bitrateBps?: number;
  /** The longer side is scaled down to this, pixels; default 1280. */
  readonly maxSidePx?: number;
  /** Most pictures a second; default 30. */
  readonly maxFrameRate?: number;
  /** Delay from capture to display to keep within, ms; default 200. */
  readonly maxLatencyMs?: number;
  /** A module that sees, and may change, each picture before it is sent: it exports what FrameFilter says. */
  readonly filter?: URL | undefined;
  /** Stamp the measuring barcode; default only on the test card. */
  readonly barcode?: boolean;
}

/** What a capture needs, from the options of a sender or of a peer. */
export function captureOptions(options: VideoOptions & { readonly preview?: boolean; readonly selfView?: boolean }): CaptureHostOptions {
  return {
    source: options.source,
    ...(options.otherSources !== undefined && { otherSources: options.otherSources }),
    codec: options.codec ?? "h264",
    encoder: options.encoder ?? "auto",
    bitrateBps: options.bitrateBps ?? defaultBitrateBps[options.codec ?? "h264"],
    maxSidePx: options.maxSidePx ?? 1280,
    maxFrameRate: Math.min(options.maxFrameRate ?? 30, maxVideoPacketsPerS),
    ...(options.barcode !== undefined && { barcode: options.barcode }),
    ...(options.filter !== undefined && { filter: options.filter.href }),
    selfView: options.selfView ?? false,
    preview: options.preview ?? false,
  };
}

/** Whether anything is heard with any of the sources. */
export function hasSound({ source, otherSources = [], sound }: VideoOptions & { readonly sound?: SoundChoice | undefined }): boolean {
  return [source, ...otherSources].some((each) => soundWith(each, sound) !== undefined);
}

/** What an outgoing video needs, from the options of a sender or of a peer. */
export function outgoingOptions(options: VideoOptions): OutgoingVideoOptions {
  const { codec = "h264", maxLatencyMs = 200 } = options;
  const maxBitrateBps = options.bitrateBps ?? defaultBitrateBps[codec];
  return { maxLatencyMs, maxBitrateBps, startBitrateBps: Math.min(maxBitrateBps, startBitrateBps[codec]) };
}
