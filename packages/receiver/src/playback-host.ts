// The playback engine as the network process sees it: packets go in, reports and key presses come out.

import {
  type ClockEstimate,
  type EncodedPacket,
  type KeyframeReason,
  type Message,
  type ReportMessage,
  toJsonObject,
  type TrackMessage,
} from "@simple-video-chat/protocol";
import { describeDeath, EngineHost, selfViewTrack, videoTrack } from "@simple-video-chat/protocol/engine";

import type { CardWords } from "./display/card.ts";
import { type DisplayView, plainView } from "./display/display.ts";
import { bareOverlay, type Overlay } from "./display/overlay.ts";
import { RecordingError } from "./recording/recording-error.ts";
import type { BarcodeCount, PlaybackCommand, PlaybackEvent } from "./engine/playback-command.ts";
import { browserEngine, filteringEngine, playbackEngine } from "./playback-engine.ts";
import type { ViewKind } from "./view-kind.ts";

/** How long a playback may take to show what it has before its account is closed without it. */
const drainTimeoutMs = 1500;

/** How long a snapshot may take, ms: the largest picture as PNG, on a busy computer. */
const snapshotTimeoutMs = 5_000;
/** Changes of the sound's delay below this are not told: nobody sees them. */
const soundStepUs = 2_000;

/** A snapshot in a file. */
export interface Snapshot {
  readonly path: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What a playback tells its owner. */
export interface PlaybackHostEvents {
  readonly onReport: (report: ReportMessage) => void;
  readonly onKeyframeWanted: (reason: KeyframeReason) => void;
  readonly onEvent: (event: PlaybackEvent) => void;
  /** The engine died with the packets it had. Unless final, a new one is running, with the same display and format. */
  readonly onEngineDeath: (death: { readonly isFinal: boolean; readonly reason: string }) => void;
}

/** How a playback shows pictures. */
export interface PlaybackHostOptions {
  /** Default in a window. */
  readonly view?: ViewKind;
  /** A module that sees each picture first: it exports what FrameFilter says. Not for a browser's view. */
  readonly filter?: URL | undefined;
}

/** A playback engine. */
export class PlaybackHost {
  /** Of the window; undefined when there is none, or none any more. */
  #title: string | undefined;
  #card: CardWords | undefined;
  #clock: ClockEstimate | undefined;
  #soundOffsetUs: number | undefined;
  #overlay: Overlay = bareOverlay;
  #view: DisplayView = plainView;
  #isPaused = false;
  #isOpening = false;
  readonly #filter: URL | undefined;
  readonly #events: PlaybackHostEvents;
  readonly #engine: EngineHost;
  #track: TrackMessage | undefined;
  #selfViewTrack: TrackMessage | undefined;
  readonly #onSnapshot = new Map<string, (outcome: Snapshot | RecordingError) => void>();
  #onDrained: ((barcodes: BarcodeCount) => void) | undefined;
  #barcodes: BarcodeCount = { verified: 0, mismatched: 0, unreadable: 0 };

  /** @param title of the window or page; without one nothing is drawn */
  constructor(title: string | undefined, events: PlaybackHostEvents, { view = "window", filter }: PlaybackHostOptions = {}) {
    this.#title = title;
    this.#events = events;
    this.#filter = filter;
    const hasWindow = title !== undefined;
    this.#engine = new EngineHost({
      ...(hasWindow && view === "browser"
        ? browserEngine
        : { ...(filter === undefined ? playbackEngine(hasWindow) : filteringEngine(hasWindow)), isWatched: true }),
      onMessage: (message) => this.#receive(message),
      onRestart: (death) => {
        this.#onDrained?.(this.#barcodes);
        events.onEngineDeath({ isFinal: false, reason: describeDeath(death) });
        // It died of its window: a screen that answers may still refuse us.
        if (this.#isOpening) this.#title = undefined;
        this.#open();
      },
      onGiveUp: (death) => {
        this.#onDrained?.(this.#barcodes);
        events.onEngineDeath({ isFinal: true, reason: describeDeath(death) });
      },
    });
    this.#open();
  }

  /** The engine's process id. */
  get enginePid(): number | undefined {
    return this.#engine.pid;
  }

  /** What the barcodes of the shown pictures said, up to the last {@link drain}. */
  get barcodes(): BarcodeCount {
    return this.#barcodes;
  }

  /** The packets from here on are of this format. */
  announce(track: TrackMessage): void {
    this.#track = { ...track, track: videoTrack };
    this.#engine.send(this.#track);
  }

  /** Plays a packet; its data must not change any more. */
  play(packet: EncodedPacket): void {
    this.#engine.sendPacket({ ...packet, track: videoTrack });
  }

  /** How far the sender's clock is from ours; undefined: not known. By it the engine tells which pictures are too old to be shown. */
  setClock(clock: ClockEstimate | undefined): void {
    // The error bound grows all the time, by next to nothing.
    if (clock?.offsetUs === this.#clock?.offsetUs && clock?.rttUs === this.#clock?.rttUs) return;
    this.#clock = clock;
    this.#command({ command: "clock", clock: clock ?? null });
  }

  /** When the sound of the instant 0 of the sender's clock is heard, on ours, µs; pictures wait for theirs. undefined: there is none. */
  setSoundOffset(offsetUs: number | undefined): void {
    const isSame = offsetUs === this.#soundOffsetUs || Math.abs((offsetUs ?? Infinity) - (this.#soundOffsetUs ?? -Infinity)) < soundStepUs;
    if (isSame) return;
    this.#soundOffsetUs = offsetUs;
    this.#command({ command: "sound", offsetUs: offsetUs ?? null });
  }

  /** Takes what the capture's self-view gives. */
  playSelfView(message: TrackMessage | EncodedPacket): void {
    if ("data" in message) this.#engine.sendPacket(message);
    else {
      this.#selfViewTrack = { ...message, track: selfViewTrack };
      this.#engine.send(this.#selfViewTrack);
    }
  }

  /** Shows a text in place of the picture, until the next picture. */
  showCard(words: CardWords): void {
    this.#card = words;
    this.#command({ command: "card", ...words });
  }

  /** What is drawn over the picture. */
  get overlay(): Overlay {
    return this.#overlay;
  }

  set overlay(overlay: Overlay) {
    this.#overlay = overlay;
    this.#command({ command: "overlay", overlay });
  }

  /** How the picture is shown. */
  get view(): DisplayView {
    return this.#view;
  }

  set view(view: DisplayView) {
    this.#view = view;
    this.#command({ command: "view", view });
  }

  /** Whether the picture is held; decoding goes on. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    this.#command({ command: "pause", isPaused });
  }

  /** Names the window, if there is one; clean text of one line. */
  setTitle(title: string): void {
    if (this.#title === undefined) return;
    this.#title = title;
    this.#command({ command: "title", title });
  }

  /**
   * Writes the picture as it is shown, without what is drawn over it, to a new PNG file.
   *
   * @throws RecordingError (rejects) when there is no picture yet, or the file cannot be written
   */
  async snapshot(path: string): Promise<Snapshot> {
    const taken = new Promise<Snapshot | RecordingError>((resolve) => {
      this.#onSnapshot.set(path, resolve);
    });
    this.#command({ command: "snapshot", path });
    const late = (): void =>
      this.#onSnapshot.get(path)?.(new RecordingError("no-picture", "The snapshot was not taken in time. Try again."));
    const timeout = setTimeout(late, snapshotTimeoutMs);
    const outcome = await taken;
    clearTimeout(timeout);
    this.#onSnapshot.delete(path);
    if (outcome instanceof RecordingError) throw outcome;
    return outcome;
  }

  /** Resolves when all packets were shown or counted, and the last report has come. */
  async drain(): Promise<void> {
    const drained = new Promise<BarcodeCount>((resolve) => {
      this.#onDrained = resolve;
    });
    this.#command({ command: "drain" });
    const timeout = setTimeout(() => this.#onDrained?.(this.#barcodes), drainTimeoutMs);
    this.#barcodes = await drained;
    clearTimeout(timeout);
    this.#onDrained = undefined;
  }

  /** Ends the engine and its window; resolves when its process is gone. */
  close(): Promise<void> {
    return this.#engine.stop();
  }

  #open(): void {
    this.#isOpening = true;
    this.#command({
      command: "open",
      ...(this.#title !== undefined && { title: this.#title }),
      ...(this.#filter !== undefined && { filter: this.#filter.href }),
    });
    if (this.#view !== plainView) this.#command({ command: "view", view: this.#view });
    if (this.#overlay !== bareOverlay) this.#command({ command: "overlay", overlay: this.#overlay });
    if (this.#isPaused) this.#command({ command: "pause", isPaused: true });
    if (this.#card !== undefined) this.#command({ command: "card", ...this.#card });
    if (this.#clock !== undefined) this.#command({ command: "clock", clock: this.#clock });
    if (this.#soundOffsetUs !== undefined) this.#command({ command: "sound", offsetUs: this.#soundOffsetUs });
    if (this.#track !== undefined) this.#engine.send(this.#track);
    if (this.#selfViewTrack !== undefined) this.#engine.send(this.#selfViewTrack);
  }

  #command(command: PlaybackCommand): void {
    this.#engine.send({ type: "engine-configure", value: toJsonObject(command) });
  }

  #receive(message: Message): void {
    if (message.type === "report") this.#events.onReport(message);
    else if (message.type === "keyframe-request") this.#events.onKeyframeWanted(message.reason);
    else if (message.type === "engine-event") {
      const event = message.value as unknown as PlaybackEvent;
      if (event.event === "opened") this.#isOpening = false;
      if (event.event === "drained") this.#onDrained?.(event.barcodes);
      if (event.event === "snapshot") {
        const { path, widthPx, heightPx } = event;
        this.#onSnapshot.get(path)?.({ path, widthPx, heightPx });
      }
      if (event.event === "snapshot-failed") this.#onSnapshot.get(event.path)?.(new RecordingError(event.code, event.message));
      this.#events.onEvent(event);
    }
  }
}
