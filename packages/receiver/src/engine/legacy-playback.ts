// Watches an original server from the playback engine: LegacyClient, which owns the socket and reads the hostile bytes here, in the
// process that may die, → the display.

import { readBarcode } from "@simple-video-chat/protocol";

import type { Display } from "../display/display.ts";
import { LegacyClientError } from "../legacy/legacy-client-error.ts";
import { LegacyClient, type ReceivedPicture } from "../legacy/legacy-client.ts";
import type { LegacyPlaybackEvent, LegacyPlaybackStats } from "./legacy-command.ts";

const statsIntervalMs = 500;

/** Where pictures and events go. */
export interface LegacyPlaybackSink {
  readonly show: Display["show"];
  readonly tell: (event: LegacyPlaybackEvent) => void;
}

/** A watched original server. It tells everything, failures too, as events. */
export class LegacyPlayback {
  readonly #sink: LegacyPlaybackSink;
  readonly #client: LegacyClient;
  #size = { widthPx: 0, heightPx: 0 };
  #barcodes = { inOrder: 0, outOfOrder: 0 };
  #lastFrame = 0;
  #isStopped = false;

  constructor(address: { readonly host: string; readonly port: number }, sink: LegacyPlaybackSink) {
    this.#sink = sink;
    this.#client = new LegacyClient({ ...address, onPicture: (picture) => this.#show(picture) });
  }

  /** Watches until the server ends, something fails, or {@link stop}. Never rejects. */
  async run(): Promise<void> {
    const { tell } = this.#sink;
    const timer = setInterval(() => tell({ event: "legacy-stats", stats: this.#stats() }), statsIntervalMs);
    try {
      await this.#client.start();
      if (!this.#isStopped) tell({ event: "legacy-connected" });
      await this.#client.finished;
      if (!this.#isStopped) tell({ event: "legacy-ended", stats: this.#stats() });
    } catch (error) {
      if (!this.#isStopped) tell({ event: "legacy-failed", ...describe(error), stats: this.#stats() });
    } finally {
      clearInterval(timer);
    }
  }

  /** Leaves the server. */
  stop(): void {
    this.#isStopped = true;
    this.#client.stop();
    this.#sink.tell({ event: "legacy-stopped", stats: this.#stats() });
  }

  #show(picture: ReceivedPicture): Promise<void> {
    const { widthPx, heightPx, bgr } = picture;
    this.#sink.show(picture);
    if (this.#size.widthPx === 0) this.#sink.tell({ event: "first-picture", widthPx, heightPx });
    this.#size = { widthPx, heightPx };
    const barcode = readBarcode(bgr, widthPx, heightPx);
    if (barcode !== undefined) {
      this.#barcodes[barcode.frame > this.#lastFrame ? "inOrder" : "outOfOrder"]++;
      this.#lastFrame = barcode.frame;
    }
    // Whatever the socket has in the same breath comes first: only the newest of it is worth showing.
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  #stats(): LegacyPlaybackStats {
    const { received, delivered, superseded } = this.#client.counts;
    return { received, shown: delivered, superseded, bytes: this.#client.receivedBytes, ...this.#size, barcodes: { ...this.#barcodes } };
  }
}

function describe(error: unknown): { readonly code: LegacyClientError["code"] | "engine-failed"; readonly message: string } {
  if (error instanceof LegacyClientError) return { code: error.code, message: error.message };
  return { code: "engine-failed", message: error instanceof Error ? error.message : String(error) };
}
