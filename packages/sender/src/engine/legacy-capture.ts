// Feeds original clients from the capture engine: source → (size, rate, barcode) → LegacyServer, which owns the socket because
// raw pictures never cross a process boundary. A camera is open only while somebody watches.

import { isScreenReachable } from "@simple-video-chat/protocol/engine";
import { LegacyError } from "@simple-video-chat/protocol/legacy";

import { stampBarcode } from "../capture/barcode-stamp.ts";
import { findCamera, missingCamera } from "../capture/cameras.ts";
import { FrameRateLimit } from "../capture/frame-rate-limit.ts";
import { openSource } from "../capture/open-source.ts";
import { PreviewWindow } from "../capture/preview-window.ts";
import { sentSize } from "../capture/scaling.ts";
import type { RawFrame, Source, SourceFormat } from "../capture/source.ts";
import { SourceError } from "../errors.ts";
import { LegacyServerError } from "../legacy/legacy-server-error.ts";
import { type LegacyPicture, LegacyServer, type LegacyServerEvent } from "../legacy/legacy-server.ts";
import { loadOpenCv, type Mat } from "../native/opencv.ts";
import type { LegacyCaptureErrorCode, LegacyCaptureEvent, LegacyCaptureOptions } from "./legacy-command.ts";

const statsIntervalMs = 500;
/** The source is released this long after the last viewer has left: one that comes back at once finds it open. */
const idleCloseMs = 1500;

/** A running bridge to original clients. It tells everything, failures too, as events. */
export class LegacyCapture {
  readonly #options: LegacyCaptureOptions;
  readonly #tell: (event: LegacyCaptureEvent) => void;
  readonly #server: LegacyServer;
  readonly #rateLimit: FrameRateLimit;
  #source: Source | undefined;
  #preview: PreviewWindow | undefined;
  #canPreview: boolean | undefined;
  #frame = 0;
  #viewers = 0;
  #isReading = false;
  #isStopped = false;
  #idleTimer: NodeJS.Timeout | undefined;
  #statsTimer: NodeJS.Timeout | undefined;

  constructor(options: LegacyCaptureOptions, tell: (event: LegacyCaptureEvent) => void) {
    this.#options = options;
    this.#tell = tell;
    this.#rateLimit = new FrameRateLimit(options.maxFrameRate);
    const { host, port, maxViewers } = options;
    this.#server = new LegacyServer({
      host,
      port,
      maxViewers,
      nextPicture: () => this.#nextPicture(),
      onEvent: (event) => this.#onServerEvent(event),
    });
  }

  /** Listens, and makes sure that the source is there. */
  async start(): Promise<void> {
    try {
      await this.#checkSource();
      const bound = await this.#server.start();
      this.#tell({ event: "listening", ...bound });
    } catch (error) {
      this.#isStopped = true;
      this.#closeSource();
      this.#fail(error);
      return;
    }
    this.#statsTimer = setInterval(() => this.#tell({ event: "legacy-stats", stats: this.#server.stats }), statsIntervalMs);
    void this.#server.finished.then(
      () => this.#finish(() => this.#tell({ event: "legacy-ended", stats: this.#server.stats })),
      (error: unknown) => this.#finish(() => this.#fail(error)),
    );
  }

  /** Puts everybody out; resolves when the socket and the source are released. */
  async stop(): Promise<void> {
    if (!this.#isStopped) {
      this.#isStopped = true;
      await this.#server.stop();
      this.#closeSource();
      await this.#server.finished.catch(() => undefined);
    }
    this.#tell({ event: "legacy-stopped", stats: this.#server.stats });
  }

  /** A camera's light must not go on before somebody watches; a file or a card can just as well be opened now. */
  async #checkSource(): Promise<void> {
    const { source } = this.#options;
    if (source.kind === "camera") {
      if (!findCamera(source.camera).present) throw new SourceError("camera-missing", missingCamera(source.camera));
    } else if (source.kind !== "url") {
      await this.#openSource();
    }
  }

  async #openSource(): Promise<Source> {
    const source = await openSource(this.#options.source);
    this.#source = source;
    this.#tell({
      event: "opened",
      name: source.name,
      ...this.#sizeFor(source.format),
      frameRate: Math.min(source.format.frameRate, this.#options.maxFrameRate),
    });
    return source;
  }

  /** Pictures of the original may have odd sides, so those that are small enough stay as they are. */
  #sizeFor(format: { readonly widthPx: number; readonly heightPx: number }): Pick<SourceFormat, "widthPx" | "heightPx"> {
    const { maxSidePx } = this.#options;
    const { widthPx, heightPx } = format;
    return Math.max(widthPx, heightPx) <= maxSidePx ? { widthPx, heightPx } : sentSize({ widthPx, heightPx, frameRate: 1 }, maxSidePx);
  }

  async #nextPicture(): Promise<LegacyPicture | undefined> {
    this.#isReading = true;
    try {
      for (;;) {
        const source = this.#source ?? (await this.#openSource());
        if (this.#isStopped) {
          this.#closeSource();
          return undefined;
        }
        const raw = await source.next();
        if (raw === undefined) return undefined;
        if (!this.#rateLimit.isTooSoon(raw.captureUs)) return await this.#picture(raw);
        raw.mat.release();
      }
    } finally {
      this.#isReading = false;
    }
  }

  async #picture({ mat, captureUs }: RawFrame): Promise<LegacyPicture> {
    const cv = await loadOpenCv();
    const { widthPx, heightPx } = this.#sizeFor({ widthPx: mat.cols, heightPx: mat.rows });
    let sized = mat;
    if (mat.cols !== widthPx || mat.rows !== heightPx) {
      sized = mat.resize(heightPx, widthPx, 0, 0, cv.INTER_AREA);
      mat.release();
    }
    this.#frame++;
    if (this.#options.barcode) stampBarcode(cv, sized, { frame: this.#frame, captureUs });
    await this.#showPreview(sized);
    return { widthPx, heightPx, readPixels: () => sized.getData(), release: () => sized.release() };
  }

  async #showPreview(mat: Mat): Promise<void> {
    if (!this.#options.preview) return;
    this.#canPreview ??= await isScreenReachable();
    if (!this.#canPreview) return;
    this.#preview ??= new PreviewWindow(await loadOpenCv(), (key) => this.#tell({ event: "key", key }));
    this.#preview.show(mat);
  }

  #onServerEvent(event: LegacyServerEvent): void {
    this.#tell(event);
    // So that the totals outlive an engine that dies soon after.
    this.#tell({ event: "legacy-stats", stats: this.#server.stats });
    if (event.event === "viewer-joined") {
      this.#viewers++;
      clearTimeout(this.#idleTimer);
    } else if (event.event === "viewer-left") {
      this.#viewers--;
      if (this.#viewers === 0 && !this.#isStopped) this.#idleTimer = setTimeout(() => this.#releaseIdleSource(), idleCloseMs);
    }
  }

  #releaseIdleSource(): void {
    // A camera that hangs in a read cannot be told from one that will give its picture now: look again later.
    if (this.#isReading) this.#idleTimer = setTimeout(() => this.#releaseIdleSource(), idleCloseMs);
    else this.#closeSource();
  }

  #closeSource(): void {
    clearTimeout(this.#idleTimer);
    if (this.#isStopped) clearInterval(this.#statsTimer);
    this.#preview?.close();
    this.#preview = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  #finish(tell: () => void): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#closeSource();
    tell();
  }

  #fail(error: unknown): void {
    this.#tell({ event: "failed", code: codeOf(error), message: sentenceOf(error) });
  }
}

function codeOf(error: unknown): LegacyCaptureErrorCode {
  if (error instanceof SourceError || error instanceof LegacyServerError) return error.code;
  return error instanceof LegacyError ? "unsupported-shape" : "engine-failed";
}

function sentenceOf(error: unknown): string {
  if (error instanceof LegacyError) return `The original client cannot be sent these pictures: ${error.message}. Use a smaller --max-size.`;
  return error instanceof Error ? error.message : String(error);
}
