// The receiver as a library: connects to a sender, plays its video, and comes back when the connection is lost.

import {
  type Capabilities,
  connectSession,
  type Credential,
  Emitter,
  maxSidePx,
  maxVideoPacketsPerS,
  type Session,
  type TransportError,
} from "@simple-video-chat/protocol";

import type { BarcodeCount } from "./engine/playback-command.ts";
import { type IncomingStats, type IncomingSummary, IncomingVideo, type ShownPicture } from "./incoming-video.ts";
import { PlaybackHost } from "./playback-host.ts";

/** How long a sender may take to answer a goodbye with its final account, ms. */
const finalAccountTimeoutMs = 1000;

export interface ReceiverOptions {
  readonly host: string;
  readonly port: number;
  /** Of an invite: `deriveCredential(parseInvite(text).secret)`. */
  readonly credential: Credential;
  /** Default "receiver". */
  readonly name?: string;
  /** Title of the window; without one nothing is drawn. */
  readonly windowTitle?: string | undefined;
  /** Keep trying while the sender has not been started yet; default false. */
  readonly waitForSender?: boolean;
}

/** What a receiver tells. */
export interface ReceiverEvents {
  /** Whether there is a window. */
  readonly display: { readonly display: "window" | "none" };
  readonly connected: { readonly name: string; readonly remoteAddress: string; readonly resumed: boolean };
  /** The first picture is on the screen. */
  readonly "first-picture": { readonly widthPx: number; readonly heightPx: number };
  /** Each picture that is shown. */
  readonly shown: ShownPicture;
  /** Nothing was heard for 3 s (true), or it is heard again (false). */
  readonly silent: { readonly silent: boolean };
  readonly reconnecting: { readonly cause: string };
  /** The sender cannot be reached (yet); the next attempt is in `delayMs`. */
  readonly attempt: { readonly failures: number; readonly delayMs: number; readonly reason: string };
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

/** What a receiver can take. */
export function receiverCapabilities(name: string, software: string): Capabilities {
  return {
    name,
    software,
    sends: [],
    receives: ["video"],
    videoCodecs: ["h264", "vp9", "jpeg"],
    maxWidthPx: maxSidePx,
    maxHeightPx: maxSidePx,
    maxFrameRate: maxVideoPacketsPerS,
    features: [],
  };
}

/** A running receiver. Made by {@link startReceiver}. */
export class Receiver {
  readonly #events = new Emitter<ReceiverEvents>();
  readonly #session: Session;
  readonly #playback: PlaybackHost;
  readonly #video: IncomingVideo;
  #isLive = false;
  #hasShown = false;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(options: ReceiverOptions) {
    this.#playback = new PlaybackHost(options.windowTitle, {
      onReport: (report) => {
        this.#video.played(report);
        this.#checkFirstPicture();
      },
      onKeyframeWanted: (reason) => this.#video.requestKeyframe(reason),
      onEvent: (event) => {
        if (event.event === "opened") this.#events.emit("display", { display: event.display });
        if (event.event === "key") this.#events.emit("key", { key: event.key });
        if (event.event === "closed") this.#events.emit("window-closed", {});
      },
      onEngineDeath: ({ isFinal, reason }) => {
        this.#video.playbackDied();
        this.#events.emit("trouble", { code: "engine-failed", message: `The playback engine ${reason}.`, isFinal });
      },
    });
    this.#video = new IncomingVideo(this.#playback, (picture) => this.#events.emit("shown", picture));
    this.#session = connectSession({
      host: options.host,
      port: options.port,
      credential: options.credential,
      capabilities: receiverCapabilities(options.name ?? "receiver", "simple-video-chat 0.1"),
      waitForListener: options.waitForSender ?? false,
    });
    this.#playback.showCard("connecting");
    this.#listen();
  }

  /** Calls `handler` at every such event; the returned function ends that. */
  on<K extends keyof ReceiverEvents>(event: K, handler: (value: ReceiverEvents[K]) => void): () => void {
    return this.#events.on(event, handler);
  }

  /** Process id of the playback engine. */
  get enginePid(): number | undefined {
    return this.#playback.enginePid;
  }

  /** What the barcodes of the shown pictures said; complete after {@link close}. */
  get barcodes(): BarcodeCount {
    return this.#playback.barcodes;
  }

  /** The present figures. */
  stats(): IncomingStats {
    return this.#video.stats();
  }

  /** The whole call's figures; its account is closed after {@link close}. */
  summary(): IncomingSummary {
    return this.#video.summary();
  }

  /** Ends it: gets the sender's last account, shows what is still there, closes the window. Resolves when nothing is left running. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#video.stop(finalAccountTimeoutMs);
    await this.#playback.drain();
    await this.#session.close();
    await this.#playback.close();
  }

  #listen(): void {
    const session = this.#session;
    session.on("live", ({ resumed, remoteAddress, peer }) => {
      this.#video.connected(session, !resumed);
      this.#playback.setTitle(`Simple Video Chat: ${peer.name}`);
      if (!this.#isLive) this.#playback.showCard(`waiting for the picture of ${peer.name}`);
      this.#isLive = true;
      this.#events.emit("connected", { name: peer.name, remoteAddress, resumed });
    });
    session.on("message", (message) => this.#video.receive(message));
    session.on("silent", ({ silent }) => {
      if (silent) this.#playback.showCard("reconnecting");
      this.#events.emit("silent", { silent });
    });
    session.on("reconnecting", ({ cause }) => {
      this.#playback.showCard("reconnecting");
      this.#events.emit("reconnecting", { cause });
    });
    session.on("attempt", ({ failures, delayMs, error }) => this.#events.emit("attempt", { failures, delayMs, reason: error.message }));
    session.on("closed", (end) => this.#events.emit("closed", end));
  }

  #checkFirstPicture(): void {
    if (this.#hasShown || this.#video.firstShownUs === undefined) return;
    this.#hasShown = true;
    const { widthPx, heightPx } = this.#video.stats();
    this.#events.emit("first-picture", { widthPx, heightPx });
  }
}

/** Starts a receiver. It connects at once; attach handlers in the same tick. Failure is its "closed" event. */
export function startReceiver(options: ReceiverOptions): Receiver {
  return new Receiver(options);
}
