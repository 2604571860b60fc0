// What the network process and the capture engine say to each other besides the wire's messages: the JSON of
// engine-configure and engine-event.

import type { JsonObject, VideoCodec } from "@simple-video-chat/protocol";
import type { FilterErrorCode, FilterTroubleCode } from "@simple-video-chat/protocol/engine";

import type { EncoderChoice } from "../encode/encoder.ts";
import type { EncoderErrorCode, SourceErrorCode } from "../errors.ts";
import type { SourceSpec } from "../capture/source-spec.ts";

/** How the pictures are to be made. */
export interface CaptureOptions {
  readonly source: SourceSpec;
  readonly codec: VideoCodec;
  readonly encoder: EncoderChoice;
  /** First target bitrate, bits a second. */
  readonly bitrateBps: number;
  /** The longer side is scaled down to this, pixels. */
  readonly maxSidePx: number;
  /** Pictures that come faster are left out, Hz. */
  readonly maxFrameRate: number;
  /** Stamp the barcode of protocol's media/barcode.ts into every picture. */
  readonly barcode: boolean;
  /** Also make small pictures for a self-view, on protocol's selfViewTrack. */
  readonly selfView: boolean;
  /** URL of a module that may change each picture (capture/frame-filter.ts). */
  readonly filter?: string;
  /** Show what is captured in a window of the engine's own. */
  readonly preview: boolean;
}

/** From the network process to the capture engine. */
export type CaptureCommand =
  | {
      readonly command: "start";
      readonly options: CaptureOptions;
      /** Number of the first frame. */
      readonly firstFrame: number;
      /** Track of the first tier; it aims at the options' bitrate. */
      readonly track: number;
      /** Number of the start; its end is told with it. */
      readonly run: number;
    }
  /** One encoder more for the pictures of a run; answered with "tier-opened", and grants before that are lost. */
  | { readonly command: "open-tier"; readonly run: number; readonly track: number; readonly bitrateBps: number }
  | { readonly command: "close-tier"; readonly run: number; readonly track: number }
  /** Always answered with "stopped", also when there is nothing to stop. */
  | { readonly command: "stop"; readonly run: number };

/** What a notice is about: the hardware encoder that was asked for is not there, or does not work; OpenCV is not there. */
export type NoticeCode = "encoder-fallback" | "no-opencv" | FilterTroubleCode;

/** From the capture engine to the network process. */
export type CaptureEvent =
  | {
      readonly event: "opened";
      readonly run: number;
      readonly name: string;
      readonly widthPx: number;
      readonly heightPx: number;
      readonly frameRate: number;
    }
  /** The source has given no picture for a while, and has not failed; or it gives pictures again. */
  | { readonly event: "stalled"; readonly run: number; readonly isStalled: boolean; readonly message: string }
  /** A file begins, begins again, or was held up: the picture with the timestamp 0 was, or would have been, due then. */
  | { readonly event: "timeline"; readonly run: number; readonly originUs: number }
  /** A tier's format was told; its frames begin behind this one. */
  | { readonly event: "tier-opened"; readonly run: number; readonly track: number; readonly frame: number }
  /** The file is at its end. */
  | { readonly event: "ended"; readonly run: number }
  /** The last packet and capture-count were sent; the device is released. */
  | { readonly event: "stopped"; readonly run: number }
  | {
      readonly event: "failed";
      readonly run: number;
      readonly code: SourceErrorCode | FilterErrorCode | EncoderErrorCode | "engine-failed";
      readonly message: string;
    }
  /** What the filter tells. */
  | { readonly event: "filter"; readonly value: JsonObject }
  /** Something is not as the user asked, and works all the same. */
  | { readonly event: "notice"; readonly code: NoticeCode; readonly message: string }
  /** A key was pressed in the preview window, or it was closed ("close"). */
  | { readonly event: "key"; readonly key: string };
