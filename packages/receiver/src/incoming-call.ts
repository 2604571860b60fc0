// The receiving half of a call: the video of one session, its playback, and what both tell. A receiver is this and a connection; a
// peer puts it beside its camera.

import type { EncodedPacket, Emitter, Session, TrackMessage, TransportError } from "@simple-video-chat/protocol";

import type { OverlayRow } from "./display/detail-overlay.ts";
import type { BarcodeCount, PlaybackEvent } from "./engine/playback-command.ts";
import { type IncomingStats, type IncomingSummary, IncomingVideo, type SlowPart } from "./incoming-video.ts";
import type { ShownPicture } from "./picture-times.ts";
import { PlaybackHost } from "./playback-host.ts";

/** How long the other end may take to answer a goodbye with its final account, ms. */
const finalAccountTimeoutMs = 1000;
/** How often it is looked whether the picture is still a live one, ms. */
const watchIntervalMs = 250;

/** What stands in place of a picture that is no live one any more. */
const lateCards: Readonly<Record<SlowPart, string>> = {
  link: "the link is too slow for a picture right now",
  computer: "this computer is too slow for the pictures right now",
};

/** What the receiving half of a call tells. */
export interface IncomingCallEvents {
  /** Whether there is a window. */
  readonly display: { readonly display: "window" | "none" };
  readonly connected: { readonly name: string; readonly remoteAddress: string; readonly resumed: boolean };
  /** The first picture is on the screen. */
  readonly "first-picture": { readonly widthPx: number; readonly heightPx: number };
  /** Each picture that is shown. */
  readonly shown: ShownPicture;
  /** For a second no picture came in time to be shown (true), and `cause` is why; or there is one again (false). */
  readonly late: { readonly late: true; readonly cause: SlowPart } | { readonly late: false };
  /** Nothing was heard for 3 s (true), or it is heard again (false). */
  readonly silent: { readonly silent: boolean };
  readonly reconnecting: { readonly cause: string };
  /** The other end cannot be reached (yet); the next attempt is in `delayMs`. */
  readonly attempt: { readonly failures: number; readonly delayMs: number; readonly reason: string };
  /** A key was pressed in the window. */
  readonly key: { readonly key: string };
  /** The window was closed. */
  readonly "window-closed": Record<string, never>;
  /** The playback engine died; a new one runs unless `isFinal`. */
  readonly trouble: { readonly code: string; readonly message: string; readonly isFinal: boolean };
  /** It is over. With an error it did not end well. */
  readonly closed: {
    readonly code: string;
    readonly reason: string;
    readonly by: "us" | "them" | "loss";
    readonly error: TransportError | undefined;
  };
}

/** The receiving half of a call. */
export class IncomingCall {
  readonly #events: Pick<Emitter<IncomingCallEvents>, "emit">;
  readonly #playback: PlaybackHost;
  readonly #video: IncomingVideo;
  readonly #watching: NodeJS.Timeout;
  #hasShown = false;
  #isLate = false;

  /**
   * @param windowTitle - without one nothing is drawn
   * @param events - is told everything
   */
  constructor(windowTitle: string | undefined, events: Pick<Emitter<IncomingCallEvents>, "emit">) {
    this.#events = events;
    this.#playback = new PlaybackHost(windowTitle, {
      onReport: (report) => {
        const picture = this.#video.played(report);
        if (picture !== undefined) this.#pictureShown(picture);
      },
      onKeyframeWanted: (reason) => this.#video.requestKeyframe(reason),
      onEvent: (event) => this.#tellOf(event),
      onEngineDeath: ({ isFinal, reason }) => {
        this.#video.playbackDied();
        this.showCard("waiting for a picture");
        events.emit("trouble", { code: "engine-failed", message: `The playback engine ${reason}.`, isFinal });
      },
    });
    this.#video = new IncomingVideo(this.#playback);
    this.#watching = setInterval(() => this.#checkPicture(), watchIntervalMs);
  }

  /** Process id of the playback engine. */
  get enginePid(): number | undefined {
    return this.#playback.enginePid;
  }

  /** What the barcodes of the shown pictures said; complete after {@link stop}. */
  get barcodes(): BarcodeCount {
    return this.#playback.barcodes;
  }

  /** The present figures. */
  stats(): IncomingStats {
    return this.#video.stats();
  }

  /** The whole call's figures; its account is closed after {@link stop}. */
  summary(): IncomingSummary {
    return this.#video.summary();
  }

  /** Shows a text in place of the picture, until the next picture. */
  showCard(text: string): void {
    this.#video.pictureGone();
    this.#playback.showCard(text);
  }

  /** Shows a table over the picture, until it is given anew; without rows, none. */
  showDetail(rows: readonly OverlayRow[]): void {
    this.#playback.showDetail(rows);
  }

  /** Shows one's own camera in a corner. */
  playSelfView(message: TrackMessage | EncodedPacket): void {
    this.#playback.playSelfView(message);
  }

  /** Plays the video of this session. */
  use(session: Session): void {
    session.on("live", ({ resumed, remoteAddress, peer }) => {
      this.#video.connected(session, !resumed);
      this.#playback.setTitle(`Simple Video Chat: ${peer.name}`);
      if (!this.#hasShown) this.showCard(`waiting for the picture of ${peer.name}`);
      this.#events.emit("connected", { name: peer.name, remoteAddress, resumed });
    });
    session.on("message", (message) => this.#video.receive(message));
    session.on("silent", ({ silent }) => {
      if (silent) this.showCard("reconnecting");
      this.#events.emit("silent", { silent });
    });
    session.on("reconnecting", ({ cause }) => {
      this.showCard("reconnecting");
      this.#events.emit("reconnecting", { cause });
    });
    session.on("attempt", ({ failures, delayMs, error }) => this.#events.emit("attempt", { failures, delayMs, reason: error.message }));
    session.on("closed", (end) => this.#events.emit("closed", end));
  }

  /** Gets the other end's last account, and shows what is still there. */
  async stop(): Promise<void> {
    clearInterval(this.#watching);
    await this.#video.stop(finalAccountTimeoutMs);
    await this.#playback.drain();
  }

  /** Closes the window, after {@link stop}; resolves when its process is gone. */
  close(): Promise<void> {
    return this.#playback.close();
  }

  #checkPicture(): void {
    const cause = this.#video.frozenBy();
    if (cause === undefined) return;
    this.showCard(lateCards[cause]);
    this.#isLate = true;
    this.#events.emit("late", { late: true, cause });
  }

  #pictureShown(picture: ShownPicture): void {
    this.#events.emit("shown", picture);
    if (this.#isLate) this.#events.emit("late", { late: false });
    this.#isLate = false;
    if (this.#hasShown) return;
    this.#hasShown = true;
    const { widthPx, heightPx } = this.#video.stats();
    this.#events.emit("first-picture", { widthPx, heightPx });
  }

  #tellOf(event: PlaybackEvent): void {
    if (event.event === "opened") this.#events.emit("display", { display: event.display });
    if (event.event === "key") this.#events.emit("key", { key: event.key });
    if (event.event === "closed") this.#events.emit("window-closed", {});
  }
}
