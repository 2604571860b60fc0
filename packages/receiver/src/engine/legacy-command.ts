// What the network process and the playback engine say to each other while an original server is watched: JSON of engine-configure
// and engine-event, besides what playback-command.ts has. The raw pictures, and so the socket, stay in the engine.

import type { LegacyClientErrorCode } from "../legacy/legacy-client-error.ts";

/** From the network process to the playback engine, after "open". */
export type LegacyPlaybackCommand =
  | { readonly command: "watch-legacy"; readonly host: string; readonly port: number }
  /** Leave the server; answered with "legacy-stopped". */
  | { readonly command: "stop-legacy" };

/** What became of the pictures of an original server; cumulative. */
export interface LegacyPlaybackStats {
  readonly received: number;
  readonly shown: number;
  /** Replaced by a newer one before the display was free. */
  readonly superseded: number;
  /** From the network. */
  readonly bytes: number;
  /** Of the newest picture shown, pixels; 0 before the first. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Barcodes (protocol's media/barcode.ts) in the pictures shown: an original server sends none, our sender's test card does. */
  readonly barcodes: {
    /** Readable, its number higher than the one before. */
    readonly inOrder: number;
    /** Readable, its number not higher. */
    readonly outOfOrder: number;
  };
}

/** From the playback engine to the network process, besides PlaybackEvent. */
export type LegacyPlaybackEvent =
  | { readonly event: "legacy-connected" }
  | { readonly event: "first-picture"; readonly widthPx: number; readonly heightPx: number }
  /** Twice a second. */
  | { readonly event: "legacy-stats"; readonly stats: LegacyPlaybackStats }
  /** The server closed between two pictures. */
  | { readonly event: "legacy-ended"; readonly stats: LegacyPlaybackStats }
  | { readonly event: "legacy-stopped"; readonly stats: LegacyPlaybackStats }
  | {
      readonly event: "legacy-failed";
      readonly code: LegacyClientErrorCode | "engine-failed";
      readonly message: string;
      readonly stats: LegacyPlaybackStats;
    };
