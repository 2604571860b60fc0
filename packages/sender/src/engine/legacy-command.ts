// What the network process and the capture engine say to each other while original clients are fed: JSON of engine-configure and
// engine-event, as in capture-command.ts. The raw pictures, and so the socket, stay in the engine.

import type { SourceSpec } from "../capture/source-spec.ts";
import type { SourceErrorCode } from "../errors.ts";
import type { LegacyServerErrorCode } from "../legacy/legacy-server-error.ts";
import type { LegacyServerEvent, LegacyServerStats } from "../legacy/legacy-server.ts";

/** How original clients are to be fed. */
export interface LegacyCaptureOptions {
  readonly source: SourceSpec;
  /** Address to listen on. */
  readonly host: string;
  /** 0 takes any. */
  readonly port: number;
  readonly maxViewers: number;
  /** Larger pictures are scaled down to this on their longer side, pixels. */
  readonly maxSidePx: number;
  /** Pictures that come faster are left out, Hz. */
  readonly maxFrameRate: number;
  /** Stamp the barcode of protocol's media/barcode.ts into every picture. */
  readonly barcode: boolean;
  /** Show what is captured in a window of the engine's own, while somebody watches. */
  readonly preview: boolean;
}

/** From the network process to the capture engine. */
export type LegacyCaptureCommand =
  | { readonly command: "start-legacy"; readonly options: LegacyCaptureOptions }
  /** Put everybody out and release the source; answered with "legacy-stopped". */
  | { readonly command: "stop-legacy" };

/** Why original clients are not fed, or no longer. `unsupported-shape`: the pictures are larger than the format allows. */
export type LegacyCaptureErrorCode = SourceErrorCode | LegacyServerErrorCode | "unsupported-shape" | "engine-failed";

/** From the capture engine to the network process. */
export type LegacyCaptureEvent =
  | LegacyServerEvent
  | { readonly event: "listening"; readonly host: string; readonly port: number }
  /** The source is open; the size is that of the pictures sent. */
  | { readonly event: "opened"; readonly name: string; readonly widthPx: number; readonly heightPx: number; readonly frameRate: number }
  /** Twice a second. */
  | { readonly event: "legacy-stats"; readonly stats: LegacyServerStats }
  /** The file is at its end and every viewer has its last picture. */
  | { readonly event: "legacy-ended"; readonly stats: LegacyServerStats }
  | { readonly event: "legacy-stopped"; readonly stats: LegacyServerStats }
  | { readonly event: "failed"; readonly code: LegacyCaptureErrorCode; readonly message: string }
  /** A key was pressed in the preview window, or it was closed ("close"). */
  | { readonly event: "key"; readonly key: string };
