// What the network process and the playback engine say to each other besides the wire's messages: the JSON of
// engine-configure and engine-event.

import type { ClockEstimate, JsonObject } from "@simple-video-chat/protocol";
import type { FilterErrorCode, FilterTroubleCode } from "@simple-video-chat/protocol/engine";

import type { DisplayView } from "../display/display.ts";
import type { Overlay } from "../display/overlay.ts";
import type { RecordingErrorCode } from "../recording/recording-error.ts";

/** From the network process to the playback engine. */
export type PlaybackCommand =
  /** First of all: opens the display. Without a title there is no window. `filter` is the URL of a module that sees each picture first. */
  | { readonly command: "open"; readonly title?: string; readonly filter?: string }
  | { readonly command: "card"; readonly text: string; readonly isCameraOff?: boolean }
  /** Names the window. */
  | { readonly command: "title"; readonly title: string }
  /** What is drawn over the picture from now on. */
  | { readonly command: "overlay"; readonly overlay: Overlay }
  | { readonly command: "view"; readonly view: DisplayView }
  /** Hold the picture that is shown, or go on with the newest. Decoding goes on. */
  | { readonly command: "pause"; readonly isPaused: boolean }
  /** How far the sender's clock is from ours; null: not known. */
  | { readonly command: "clock"; readonly clock: ClockEstimate | null }
  /** When the sound of the instant 0 of the sender's clock is heard, on ours, µs; null: there is none to wait for. */
  | { readonly command: "sound"; readonly offsetUs: number | null }
  /** Write the picture as it is shown, without what is drawn over it, to a new PNG file; answered with "snapshot" or "snapshot-failed". */
  | { readonly command: "snapshot"; readonly path: string }
  /** Show what is decoded, then answer with the last report and "drained". */
  | { readonly command: "drain" };

/** What the barcodes of the shown pictures said; cumulative. */
export interface BarcodeCount {
  /** Pictures whose barcode named the very frame and capture time of their packet, in rising order. */
  readonly verified: number;
  /** Pictures whose barcode was another frame's. */
  readonly mismatched: number;
  /** Pictures of a track with barcodes whose barcode coding has destroyed. */
  readonly unreadable: number;
}

/** From the playback engine to the network process. */
export type PlaybackEvent =
  | { readonly event: "opened"; readonly display: "window" | "none" }
  /** A page waits for a browser at this address. Whoever has it can see the call. */
  | { readonly event: "opened"; readonly display: "browser"; readonly url: string }
  | { readonly event: "key"; readonly key: string }
  | { readonly event: "closed" }
  | { readonly event: "drained"; readonly barcodes: BarcodeCount }
  | { readonly event: "snapshot"; readonly path: string; readonly widthPx: number; readonly heightPx: number }
  | { readonly event: "snapshot-failed"; readonly path: string; readonly code: RecordingErrorCode; readonly message: string }
  /** What the filter tells. */
  | { readonly event: "filter"; readonly value: JsonObject }
  /** The filter fails, is slow, or, with filter-missing, does not load: then nothing is shown. */
  | { readonly event: "filter-trouble"; readonly code: FilterTroubleCode | FilterErrorCode; readonly message: string }
  | { readonly event: "failed"; readonly message: string };
