// The heart of the playback engine: packet → decoder → newest picture → display. Every packet is decoded, since the next one
// builds on it; of the pictures that are ready only the newest is converted, filtered and shown, and none that is too old.

import {
  type ClockEstimate,
  type EncodedPacket,
  type KeyframeReason,
  type Micros,
  micros,
  nowUs,
  readBarcode,
  type ReportMessage,
  type TrackMessage,
} from "@simple-video-chat/protocol";

import type { VideoDecoder } from "../decode/decoder.ts";
import { openDecoder } from "../decode/open-decoder.ts";
import type { Picture } from "../decode/picture.ts";
import type { Display } from "../display/display.ts";
import { DecodeError } from "../errors.ts";
import { noPlayback } from "../playback-counts.ts";
import { isTooOld } from "./picture-age.ts";
import type { PictureFilter } from "./picture-filter.ts";
import type { BarcodeCount } from "./playback-command.ts";

/** How long {@link Playback.takePicture} waits for a new picture: longer than between two of the slowest live ones. */
const takeWaitMs = 300;

/** Of so many pictures at least one is shown, even where packets come faster than they are decoded. */
const longestBreath = 5;

/** Where the results of a playback go. */
export interface PlaybackSink {
  /** After every picture shown, and after packets that gave none. */
  readonly onReport: (report: ReportMessage) => void;
  readonly onKeyframeWanted: (reason: KeyframeReason) => void;
}

/** A decoded picture that waits for the display. */
interface ReadyPicture {
  readonly packet: EncodedPacket;
  /** How long it waited for its sound before it was decoded. */
  readonly heldUs: number;
  readonly decodeUs: number;
  readonly readyUs: number;
}

/** What a playback plays. */
export interface PlaybackOptions {
  readonly track: number;
  /** Its caller's. */
  readonly display: Pick<Display, "show" | "hold">;
  /** Default the computer's. */
  readonly nowUs?: () => Micros;
}

/** Plays one track on one display. Owns its decoder. */
export class Playback {
  readonly #display: Pick<Display, "show" | "hold">;
  readonly #nowUs: () => Micros;
  readonly #sink: PlaybackSink;
  #clock: ClockEstimate | undefined;
  #filter: Pick<PictureFilter, "apply"> | "loading" | undefined;
  #format: TrackMessage | undefined;
  #decoder: VideoDecoder | undefined;
  /** What came while a decoder was being opened, in order. */
  #waiting: (TrackMessage | { readonly packet: EncodedPacket; readonly heldUs: number })[] = [];
  /** Works off what waits; undefined when nothing does. */
  #working: Promise<void> | undefined;
  #isWaitingForKeyframe = true;
  #isPaused = false;
  /** Of the picture that the decoder has; undefined: it has none. */
  #newest: Pick<EncodedPacket, "frame" | "captureUs"> | undefined;
  /** That one was shown: it waits for nothing, and was not too old. */
  #isNewestShown = false;
  readonly #takers = new Set<(picture: Picture) => void>();
  /** A copy of the picture that stands still. */
  #held: Picture | undefined;
  #ready: ReadyPicture | undefined;
  #showing: NodeJS.Immediate | undefined;
  /** Pictures since the last that was to be shown. */
  #passedOver = 0;
  #report: ReportMessage;
  #barcodes = { verified: 0, mismatched: 0, unreadable: 0 };
  #lastBarcodeFrame = 0;

  constructor(options: PlaybackOptions, sink: PlaybackSink) {
    this.#display = options.display;
    this.#nowUs = options.nowUs ?? nowUs;
    this.#sink = sink;
    this.#report = {
      type: "report",
      track: options.track,
      frame: 0,
      shownUs: micros(0),
      decodeUs: 0,
      displayWaitUs: 0,
      ...noPlayback,
    };
  }

  /** What the barcodes said so far. */
  get barcodes(): BarcodeCount {
    return this.#barcodes;
  }

  /** How far the sender's clock is from ours; undefined: not known, and then no picture is too old to be shown. */
  set clock(clock: ClockEstimate | undefined) {
    this.#clock = clock;
  }

  /** What sees each picture first. While it is being loaded nothing is shown, since it may be there to hide something. */
  set filter(filter: Pick<PictureFilter, "apply"> | "loading") {
    this.#filter = filter;
    if (!this.#isPaused) this.#show();
  }

  /** Whether the picture that is shown is held. All is decoded meanwhile, and what is not shown counts as superseded. */
  set isPaused(isPaused: boolean) {
    if (isPaused === this.#isPaused) return;
    // What is ready is shown, to be held, or because it is live again.
    this.#show();
    this.#isPaused = isPaused;
    this.#held = undefined;
    if (!isPaused) return;
    const picture = this.#picture();
    if (picture === undefined) return;
    this.#held = { ...picture, bgr: Buffer.from(picture.bgr) };
    this.#display.hold(picture);
  }

  /** The packets from here on are of this format, beginning with a keyframe. */
  announce(format: TrackMessage): void {
    this.#waiting.push(format);
    this.#working ??= this.#work();
  }

  /**
   * Plays a packet. Its data is kept until it is decoded: while a decoder is being opened, or the packet before is not decoded yet.
   * @param heldUs how long it has waited for its sound: a part of its wait for the display
   */
  push(packet: EncodedPacket, heldUs: number = 0): void {
    if (this.#working !== undefined) {
      this.#waiting.push({ packet, heldUs });
      return;
    }
    const decoding = this.#decode(packet, heldUs);
    // What comes meanwhile waits.
    if (decoding !== undefined) this.#working = decoding.then(() => this.#work());
  }

  /**
   * Gives the next picture that is shown, before anything is drawn over it; or the newest one, when none comes for {@link takeWaitMs}; or the one
   * that stands still. It is valid during the call only; undefined: there is none.
   */
  takePicture(take: (picture: Picture | undefined) => void): void {
    if (this.#held !== undefined) return take(this.#held);
    const timer = setTimeout(() => {
      this.#takers.delete(taker);
      take(this.#picture());
    }, takeWaitMs);
    const taker = (picture: Picture): void => {
      clearTimeout(timer);
      take(picture);
    };
    this.#takers.add(taker);
  }

  /** Shows the picture that is shown again, when what is drawn over it has changed: a key is not to wait for the next one. */
  redraw(): void {
    const picture = this.#isPaused || !this.#isNewestShown ? undefined : this.#picture();
    if (picture !== undefined) this.#display.show(picture);
  }

  /** Resolves when everything pushed so far is decoded and shown or counted. */
  async drain(): Promise<void> {
    await this.#working;
    this.#show();
    this.#sink.onReport(this.#report);
  }

  /** Frees the decoder; for what is still pushed there is none. */
  async close(): Promise<void> {
    await this.#working;
    clearImmediate(this.#showing);
    this.#ready = undefined;
    this.#decoder?.close();
    this.#decoder = undefined;
  }

  async #work(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        if ("packet" in next) await this.#decode(next.packet, next.heldUs);
        else await this.#open(next);
      }
    } finally {
      this.#working = undefined;
    }
  }

  async #open(format: TrackMessage): Promise<void> {
    if (this.#isPaused && this.#ready !== undefined) this.#supersede();
    else this.#show();
    this.#isWaitingForKeyframe = true;
    // A sender that has begun anew counts its frames from 1.
    this.#lastBarcodeFrame = 0;
    const isSame =
      this.#format?.codec === format.codec && this.#format.widthPx === format.widthPx && this.#format.heightPx === format.heightPx;
    this.#format = format;
    // A track that is announced again as it was (a new connection) goes on with the decoder it has.
    if (isSame && this.#decoder !== undefined) return;
    this.#decoder?.close();
    this.#decoder = undefined;
    this.#newest = undefined;
    this.#isNewestShown = false;
    try {
      this.#decoder = await openDecoder(format);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }

  /** @returns undefined when it is done */
  #decode(packet: EncodedPacket, heldUs: number): Promise<void> | undefined {
    if (packet.keyframe) this.#isWaitingForKeyframe = false;
    if (this.#isWaitingForKeyframe) {
      this.#count("waitingForKeyframe");
      return undefined;
    }
    const startUs = this.#nowUs();
    let decoded: boolean | Promise<boolean>;
    try {
      decoded = this.#decoder?.decode(packet.data) ?? false;
    } catch (error) {
      decoded = noPicture(error);
    }
    if (typeof decoded !== "boolean") {
      return decoded.catch(noPicture).then((isPicture) => this.#decoded(packet, isPicture, { heldUs, startUs }));
    }
    this.#decoded(packet, decoded, { heldUs, startUs });
    return undefined;
  }

  #decoded(packet: EncodedPacket, isPicture: boolean, { heldUs, startUs }: { readonly heldUs: number; readonly startUs: Micros }): void {
    const readyUs = this.#nowUs();
    if (!isPicture) {
      this.#isWaitingForKeyframe = true;
      this.#count("undecodable");
      this.#sink.onKeyframeWanted("undecodable");
      // One before it that was passed over for its sake.
      if (this.#ready !== undefined && !this.#isPaused) this.#showSoon();
      return;
    }
    // The decoder holds the newest picture only: one that was still waiting is gone.
    if (this.#ready !== undefined) this.#supersede();
    this.#ready = { packet, heldUs, decodeUs: readyUs - startUs, readyUs };
    this.#newest = { frame: packet.frame, captureUs: packet.captureUs };
    this.#isNewestShown = false;
    if (this.#isPaused || this.#filter === "loading") {
      // What became of the one before is told: the network process waits for an engine that is too slow.
      this.#sink.onReport(this.#report);
      return;
    }
    // Not now: there may be more packets in the same breath, in the pipe or here, and only the newest is worth showing.
    if (this.#waiting.length > 0 && ++this.#passedOver < longestBreath) return;
    this.#showSoon();
  }

  #showSoon(): void {
    this.#passedOver = 0;
    this.#showing ??= setImmediate(() => this.#show());
  }

  #show(): void {
    clearImmediate(this.#showing);
    this.#showing = undefined;
    const ready = this.#ready;
    if (ready === undefined || this.#decoder === undefined || this.#filter === "loading") return;
    this.#ready = undefined;
    const { packet, heldUs, decodeUs, readyUs } = ready;
    if (isTooOld(packet.captureUs, this.#nowUs(), this.#clock)) {
      this.#count("stale");
      return;
    }
    const picture = this.#picture((sent) => {
      // Before a filter or the display may draw over it.
      if (this.#format?.barcode === true) this.#checkBarcode(packet, sent);
    });
    if (picture === undefined) return;
    for (const take of this.#takers) take(picture);
    this.#takers.clear();
    this.#display.show(picture);
    this.#isNewestShown = true;
    const shownUs = this.#nowUs();
    this.#report = {
      ...this.#report,
      frame: packet.frame,
      shownUs,
      decodeUs,
      displayWaitUs: heldUs + shownUs - readyUs,
      shown: this.#report.shown + 1,
    };
    this.#sink.onReport(this.#report);
  }

  /** The newest picture, filtered; undefined: there is none, or none that may be shown. A filter may so see a picture again, from a snapshot or a pause. */
  #picture(look: (sent: Picture) => void = () => {}): Picture | undefined {
    if (this.#newest === undefined || this.#decoder === undefined || this.#filter === "loading") return undefined;
    const sent = this.#decoder.picture();
    look(sent);
    return this.#filter?.apply(sent, this.#newest, 1_000_000 / (this.#format?.frameRate ?? 30)) ?? sent;
  }

  #supersede(): void {
    this.#ready = undefined;
    this.#report = { ...this.#report, superseded: this.#report.superseded + 1 };
  }

  #count(counter: "stale" | "waitingForKeyframe" | "undecodable"): void {
    this.#report = { ...this.#report, [counter]: this.#report[counter] + 1 };
    this.#sink.onReport(this.#report);
  }

  #checkBarcode(packet: EncodedPacket, { bgr, widthPx, heightPx }: Picture): void {
    const barcode = readBarcode(bgr, widthPx, heightPx);
    if (barcode === undefined) {
      this.#barcodes.unreadable++;
      return;
    }
    const isRight = barcode.frame === packet.frame && barcode.captureUs === packet.captureUs && barcode.frame > this.#lastBarcodeFrame;
    this.#barcodes[isRight ? "verified" : "mismatched"]++;
    this.#lastBarcodeFrame = barcode.frame;
  }
}

/** What a decoder could not read gives none. */
function noPicture(error: unknown): false {
  if (!(error instanceof DecodeError)) throw error;
  return false;
}
