// Serves pictures to original clients: source → newest picture → each viewer whose socket is empty. No queue anywhere: a viewer that is
// busy misses pictures and slows nobody. Runs in the capture engine, which alone holds raw pictures. No encryption, no password.

import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";

import { legacyEnvelope } from "@simple-video-chat/protocol/legacy";
import type { LegacyEnvelope, LegacySize } from "@simple-video-chat/protocol/legacy";

import { listenError } from "./legacy-server-error.ts";
import { LegacyViewer } from "./legacy-viewer.ts";
import type { LegacyViewerEnd, NumberedPicture } from "./legacy-viewer.ts";

/** A raw picture from the source. */
export interface LegacyPicture extends LegacySize {
  /**
   * Width × height × 3 bytes: rows from the top, blue, green, red, no padding. Called at most once, before {@link release}; the
   * result is kept until every viewer has it and must never change.
   */
  readPixels(): Uint8Array;
  /** Called exactly once, when the picture is no longer needed. */
  release(): void;
}

/** What happens at the door. */
export type LegacyServerEvent =
  | { readonly event: "viewer-joined"; readonly viewer: number; readonly address: string }
  | { readonly event: "viewer-refused"; readonly address: string; readonly reason: "full" }
  | {
      readonly event: "viewer-left";
      readonly viewer: number;
      readonly reason: LegacyViewerEnd;
      /** Pictures written to it. */
      readonly sent: number;
      /** Pictures it missed while it was busy with an earlier one. */
      readonly skipped: number;
    };

/** Counts since the server was made; those who left are included. */
export interface LegacyServerStats {
  /** Watching now. */
  readonly viewers: number;
  readonly viewersEver: number;
  /** Taken from the source. */
  readonly captured: number;
  /** Written to viewers, each counted for each viewer. */
  readonly sent: number;
  /** Missed by viewers that were busy with an earlier one. */
  readonly skipped: number;
  /** Taken by the kernel for all viewers. */
  readonly bytes: number;
}

/** Settings of a {@link LegacyServer}. */
export interface LegacyServerOptions {
  /** The next picture at the source's pace; undefined at its end. Called only while somebody watches, one call at a time. */
  readonly nextPicture: () => Promise<LegacyPicture | undefined>;
  /** Default 127.0.0.1: nobody but this computer. */
  readonly host?: string;
  /** Default 1234, the port of the original; 0 takes any. */
  readonly port?: number;
  /** Default 8. */
  readonly maxViewers?: number;
  /** A viewer that does not take a picture for so long is put out. Default 30 s. */
  readonly stallLimitMs?: number;
  readonly onEvent?: (event: LegacyServerEvent) => void;
}

const DEFAULT_PORT = 1234;
const DEFAULT_MAX_VIEWERS = 8;
const DEFAULT_STALL_LIMIT_MS = 30_000;

/** Feeds original clients. */
export class LegacyServer {
  readonly #options: LegacyServerOptions;
  readonly #listener: Server;
  readonly #viewers = new Map<number, LegacyViewer>();
  readonly #finished: Promise<void>;
  #resolveFinished: () => void = () => undefined;
  #rejectFinished: (error: unknown) => void = () => undefined;
  #wake: () => void = () => undefined;
  #stopped = false;
  #started = false;
  #viewersEver = 0;
  #picturesEver = 0;
  readonly #gone = { sent: 0, skipped: 0, bytes: 0 };
  #newest: (NumberedPicture & { readonly release: () => void }) | undefined;
  #envelope: LegacyEnvelope | undefined;

  constructor(options: LegacyServerOptions) {
    this.#options = options;
    this.#listener = createServer((socket) => this.#admit(socket));
    this.#finished = new Promise((resolve, reject) => {
      this.#resolveFinished = resolve;
      this.#rejectFinished = reject;
    });
    this.#finished.catch(() => undefined); // whoever asks for `finished` sees it
  }

  /** The counts at this moment. */
  get stats(): LegacyServerStats {
    const total = { ...this.#gone };
    for (const { sent, skipped, bytes } of this.#viewers.values()) {
      total.sent += sent;
      total.skipped += skipped;
      total.bytes += bytes;
    }
    return { viewers: this.#viewers.size, viewersEver: this.#viewersEver, captured: this.#picturesEver, ...total };
  }

  /** Resolves when the source has ended or {@link stop} was called and every viewer is gone; rejects with what the source threw. */
  get finished(): Promise<void> {
    return this.#finished;
  }

  /**
   * Listens.
   *
   * @returns where
   * @throws LegacyServerError when it cannot
   */
  async start(): Promise<{ readonly host: string; readonly port: number }> {
    const { host = "127.0.0.1", port = DEFAULT_PORT } = this.#options;
    const listening = once(this.#listener, "listening");
    this.#listener.listen({ host, port });
    try {
      await listening;
    } catch (error) {
      throw listenError(error instanceof Error ? error : new Error(String(error)), host, port);
    }
    this.#started = true;
    this.#listener.on("error", () => undefined); // a failed accept is no reason to stop
    void this.#run();
    const bound = this.#listener.address() as AddressInfo;
    return { host: bound.address, port: bound.port };
  }

  /**
   * Puts every viewer out at once and stops listening. A {@link LegacyServerOptions.nextPicture} that is under way is waited for
   * by {@link finished} only: close the source too.
   */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const viewer of this.#viewers.values()) {
      viewer.close("server-stopped");
    }
    this.#wake();
    if (!this.#started) {
      this.#resolveFinished();
    }
    await this.#closeListener();
  }

  #admit(socket: Socket): void {
    const address = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? 0}`;
    const { maxViewers = DEFAULT_MAX_VIEWERS } = this.#options;
    if (this.#viewers.size >= maxViewers || this.#stopped) {
      socket.on("error", () => undefined);
      socket.destroy();
      this.#emit({ event: "viewer-refused", address, reason: "full" });
      return;
    }
    this.#viewersEver += 1;
    const id = this.#viewersEver;
    const viewer = new LegacyViewer(socket, this.#picturesEver, () => this.#offerNewest(viewer));
    this.#viewers.set(id, viewer);
    this.#emit({ event: "viewer-joined", viewer: id, address });
    socket.once("close", () => {
      this.#viewers.delete(id);
      const { sent, skipped, bytes, end: reason } = viewer;
      this.#gone.sent += sent;
      this.#gone.skipped += skipped;
      this.#gone.bytes += bytes;
      this.#emit({ event: "viewer-left", viewer: id, reason, sent, skipped });
      this.#wake();
    });
    this.#wake();
  }

  async #run(): Promise<void> {
    try {
      await this.#pump();
      for (const viewer of this.#viewers.values()) {
        viewer.finish();
      }
      while (this.#viewers.size > 0) {
        await this.#change();
      }
      await this.#closeListener();
      this.#resolveFinished();
    } catch (error) {
      await this.stop();
      this.#rejectFinished(error);
    } finally {
      this.#replaceNewest(undefined);
    }
  }

  async #pump(): Promise<void> {
    const { nextPicture, stallLimitMs = DEFAULT_STALL_LIMIT_MS } = this.#options;
    while (!this.#stopped) {
      if (this.#viewers.size === 0) {
        this.#replaceNewest(undefined);
        await this.#change();
        continue;
      }
      const picture = await nextPicture();
      if (picture === undefined) {
        return;
      }
      this.#take(picture);
      for (const viewer of this.#viewers.values()) {
        this.#offerNewest(viewer);
        if (viewer.hasStalled(stallLimitMs)) {
          viewer.close("stalled");
        }
      }
    }
  }

  #take(picture: LegacyPicture): void {
    this.#picturesEver += 1;
    try {
      const { widthPx, heightPx } = picture;
      if (this.#envelope?.widthPx !== widthPx || this.#envelope.heightPx !== heightPx) {
        this.#envelope = legacyEnvelope({ widthPx, heightPx });
      }
    } catch (error) {
      picture.release();
      throw error;
    }
    let pixels: Uint8Array | undefined;
    this.#replaceNewest({
      number: this.#picturesEver,
      envelope: this.#envelope,
      pixels: () => (pixels ??= picture.readPixels()),
      release: () => picture.release(),
    });
  }

  #replaceNewest(picture: (NumberedPicture & { readonly release: () => void }) | undefined): void {
    this.#newest?.release();
    this.#newest = picture;
  }

  #offerNewest(viewer: LegacyViewer): void {
    if (this.#newest !== undefined && !this.#stopped) {
      viewer.offer(this.#newest);
    }
  }

  /** Resolves when a viewer came or went, or at {@link stop}. */
  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #closeListener(): Promise<void> {
    if (this.#listener.listening) {
      this.#listener.close();
      await once(this.#listener, "close");
    }
  }

  #emit(event: LegacyServerEvent): void {
    this.#options.onEvent?.(event);
  }
}
