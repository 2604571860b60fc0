// The playback of the page, by the same rules as the playback engine's: every packet is decoded, only the newest picture is shown, none that is
// too old, and each is counted under one name.

import type { ClockEstimate, Micros, TrackMessage } from "@simple-video-chat/protocol";
import { barcodeHeightPx, readBarcode } from "@simple-video-chat/protocol/barcode";

import type { FromPage, PagePacket } from "../browser/page-messages.ts";
import { isTooOld } from "../engine/picture-age.ts";
import type { PlaybackCounts } from "../playback-counts.ts";
import { openPageDecoder, type PageDecoder, type PagePicture } from "./decoder.ts";

interface ReadyPicture {
  readonly picture: PagePicture;
  readonly packet: PagePacket;
  readonly decodeUs: number;
  readonly readyMs: number;
}

/** Plays one track on a canvas. */
export class PagePlayback {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #nowUs: () => number | undefined;
  readonly #send: (message: FromPage) => void;
  readonly #onShown: () => void;
  readonly #soon = new MessageChannel();
  #track: TrackMessage | undefined;
  #decoder: PageDecoder | undefined;
  #isWaitingForKeyframe = true;
  #ready: ReadyPicture | undefined;
  #counts = { shown: 0, superseded: 0, stale: 0, waitingForKeyframe: 0, undecodable: 0 };
  #last = { frame: 0, shownUs: 0, decodeUs: 0, displayWaitUs: 0 };
  #barcodes = { verified: 0, mismatched: 0, unreadable: 0 };
  #lastBarcodeFrame = 0;
  /** How far the sender's clock is from the engine's; null: not known. */
  clock: ClockEstimate | null = null;
  isPaused = false;

  /** @param onShown a picture is on the canvas */
  constructor(canvas: HTMLCanvasElement, nowUs: () => number | undefined, send: (message: FromPage) => void, onShown: () => void) {
    const context = canvas.getContext("2d", { alpha: false, desynchronized: true });
    if (context === null) throw new Error("This browser gives no canvas.");
    this.#canvas = canvas;
    this.#context = context;
    this.#nowUs = nowUs;
    this.#send = send;
    this.#onShown = onShown;
    // A timer would wait for 4 ms, or in a hidden page for a second.
    this.#soon.port1.onmessage = () => this.#show();
  }

  /** The packets from here on are of this format, beginning with a keyframe. */
  announce(track: TrackMessage): void {
    this.#show();
    this.#isWaitingForKeyframe = true;
    this.#lastBarcodeFrame = 0;
    this.#decoder?.close();
    this.#track = track;
    this.#decoder = openPageDecoder(track, {
      onPicture: (picture, packet, decodeUs) => this.#take({ picture, packet, decodeUs, readyMs: performance.now() }),
      onFailure: (packets) => {
        this.#isWaitingForKeyframe = true;
        this.#count("undecodable", packets.length);
        this.#send({ type: "keyframe", reason: "undecodable" });
      },
    });
  }

  /** Plays a packet. */
  push(packet: PagePacket): void {
    if (packet.keyframe) this.#isWaitingForKeyframe = false;
    if (this.#isWaitingForKeyframe) this.#count("waitingForKeyframe");
    else this.#decoder?.decode(packet);
  }

  /** Resolves when all that was pushed is shown or counted. */
  async drain(): Promise<void> {
    await this.#decoder?.flush();
    this.#show();
    if (this.isPaused && this.#ready !== undefined) this.#drop("superseded");
  }

  #take(ready: ReadyPicture): void {
    if (this.#ready !== undefined) this.#drop("superseded");
    this.#ready = ready;
    if (!this.isPaused) this.#soon.port2.postMessage(null);
  }

  #show(): void {
    const ready = this.#ready;
    if (ready === undefined || this.isPaused) return;
    const { picture, packet, decodeUs, readyMs } = ready;
    const nowUs = this.#nowUs();
    if (nowUs !== undefined && isTooOld(packet.captureUs, nowUs as Micros, this.clock ?? undefined)) {
      this.#drop("stale");
      return;
    }
    this.#ready = undefined;
    const { widthPx = 0, heightPx = 0, barcode = false } = this.#track ?? {};
    if (this.#canvas.width !== widthPx) this.#canvas.width = widthPx;
    if (this.#canvas.height !== heightPx) this.#canvas.height = heightPx;
    this.#context.drawImage(picture, 0, 0, widthPx, heightPx);
    picture.close();
    const shownUs = this.#nowUs() ?? 0;
    this.#last = {
      frame: packet.frame,
      shownUs,
      decodeUs,
      displayWaitUs: packet.heldUs + Math.round((performance.now() - readyMs) * 1000),
    };
    this.#count("shown");
    this.#onShown();
    if (barcode) this.#checkBarcode(packet, widthPx);
  }

  #drop(why: "superseded" | "stale"): void {
    this.#ready?.picture.close();
    this.#ready = undefined;
    this.#count(why);
  }

  #count(counter: keyof PlaybackCounts, by: number = 1): void {
    this.#counts = { ...this.#counts, [counter]: this.#counts[counter] + by };
    this.#send({ type: "report", ...this.#last, ...this.#counts });
  }

  #checkBarcode(packet: PagePacket, widthPx: number): void {
    const heightPx = barcodeHeightPx(widthPx);
    const { data } = this.#context.getImageData(0, 0, widthPx, heightPx);
    const bgr = new Uint8Array(widthPx * heightPx * 3);
    for (let pixel = 0; pixel < widthPx * heightPx; pixel++) bgr[pixel * 3 + 1] = data[pixel * 4 + 1] ?? 0;
    const barcode = readBarcode(bgr, widthPx, heightPx);
    const isRight = barcode?.frame === packet.frame && barcode.captureUs === packet.captureUs && barcode.frame > this.#lastBarcodeFrame;
    if (barcode === undefined) this.#barcodes.unreadable++;
    else this.#barcodes[isRight ? "verified" : "mismatched"]++;
    this.#lastBarcodeFrame = barcode?.frame ?? this.#lastBarcodeFrame;
    this.#send({ type: "barcodes", barcodes: this.#barcodes });
  }
}
