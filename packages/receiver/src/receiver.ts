// The receiver as a library: connects to a sender, plays its video, and comes back when the connection is lost.

import {
  Acquaintances,
  type Capabilities,
  type CodeKey,
  chatFeature,
  connectSession,
  type Contacts,
  type Credential,
  Emitter,
  type FileControls,
  filesFeature,
  maxSidePx,
  maxVideoPacketsPerS,
  type Session,
  type TextOutcome,
  videoStateFeature,
  verificationWords,
  wantsFiles,
} from "@simple-video-chat/protocol";

import type { DisplayView } from "./display/display.ts";
import type { Overlay } from "./display/overlay.ts";
import type { BarcodeCount } from "./engine/playback-command.ts";
import { IncomingCall, type IncomingCallEvents, type IncomingCallOptions, type IncomingCallStats } from "./incoming-call.ts";
import type { IncomingSummary } from "./incoming-video.ts";
import type { Snapshot } from "./playback-host.ts";
import type { RecordingOptions, RecordingProgress } from "./recording-host.ts";

export interface ReceiverOptions extends IncomingCallOptions {
  readonly host: string;
  readonly port: number;
  /** Of an invite: `deriveCredential(parseInvite(text).secret)`; or a short code. */
  readonly credential: Credential | CodeKey;
  /** Senders that were watched before, kind "cameras": this one is added when it is new, and `credential` good for one time only. */
  readonly contacts?: Contacts | undefined;
  /** Default "receiver". */
  readonly name?: string;
  /** Keep trying while the sender has not been started yet; default false. */
  readonly waitForSender?: boolean;
}

/** What a receiver tells. */
export type ReceiverEvents = IncomingCallEvents;

/** What a receiver can take. */
export function receiverCapabilities(
  name: string,
  software: string,
  { audio = true, chat = true, acceptFiles }: Pick<IncomingCallOptions, "audio" | "chat" | "acceptFiles"> = {},
): Capabilities {
  return {
    name,
    software,
    sends: [],
    receives: audio ? ["video", "audio"] : ["video"],
    videoCodecs: ["h264", "vp9", "jpeg"],
    maxWidthPx: maxSidePx,
    maxHeightPx: maxSidePx,
    maxFrameRate: maxVideoPacketsPerS,
    features: [...(chat ? [chatFeature] : []), ...(wantsFiles({ chat, acceptFiles }) ? [filesFeature] : []), videoStateFeature],
  };
}

/** A running receiver. Made by {@link startReceiver}. */
export class Receiver {
  readonly #events = new Emitter<ReceiverEvents>();
  readonly #incoming: IncomingCall;
  readonly #session: Session;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(options: ReceiverOptions) {
    this.#incoming = new IncomingCall(options, this.#events);
    this.#incoming.showCard("connecting");
    const { host, port, credential, contacts } = options;
    const acquaintances = new Acquaintances(contacts);
    const capabilities = receiverCapabilities(options.name ?? "receiver", "simple-video-chat 0.1", options);
    this.#session = connectSession({
      host,
      port,
      credential,
      capabilities: { ...capabilities, features: [...capabilities.features, ...acquaintances.features] },
      waitForListener: options.waitForSender ?? false,
    });
    this.#incoming.use(this.#session, acquaintances, { once: true, dialed: { host, port } });
  }

  /** Calls `handler` at every such event; the returned function ends that. */
  on<K extends keyof ReceiverEvents>(event: K, handler: (value: ReceiverEvents[K]) => void): () => void {
    return this.#events.on(event, handler);
  }

  /** Process id of the playback engine. */
  get enginePid(): number | undefined {
    return this.#incoming.enginePid;
  }

  /** What the barcodes of the shown pictures said; complete after {@link close}. */
  get barcodes(): BarcodeCount {
    return this.#incoming.barcodes;
  }

  /** Three words that the sender shows, too, when nobody is in the middle; undefined: not connected. */
  verificationWords(): Promise<string | undefined> {
    return verificationWords(this.#session);
  }

  /** The present figures. */
  stats(): IncomingCallStats {
    return this.#incoming.stats();
  }

  /** How loud the sender is: the peak of the last tenth of a second, dB below full scale; undefined while nothing is heard. Cheap. */
  get peakDbfs(): number | undefined {
    return this.#incoming.peakDbfs;
  }

  /** How loud the sender is played: from 0 to 2, where 1 is as loud as it was recorded. */
  get volume(): number {
    return this.#incoming.volume;
  }

  set volume(gain: number) {
    this.#incoming.volume = gain;
  }

  /** The whole call's figures; its account is closed after {@link close}. */
  summary(): IncomingSummary {
    return this.#incoming.summary();
  }

  /** What is recorded now; undefined while nothing is. */
  get recording(): RecordingProgress | undefined {
    return this.#incoming.recording;
  }

  /** Begins to record what comes, at the next keyframe; the sender is told. What becomes of it are events. */
  startRecording(options: Omit<RecordingOptions, "mode">): void {
    this.#incoming.startRecording(options);
  }

  /** Ends the recording; resolves when its file is complete. */
  stopRecording(): Promise<void> {
    return this.#incoming.stopRecording();
  }

  /**
   * Writes the picture as it is shown, without what is drawn over it, to a new PNG file that only its owner may read.
   *
   * @throws RecordingError (rejects) when there is no picture yet, or the file cannot be written
   */
  snapshot(path: string): Promise<Snapshot> {
    return this.#incoming.snapshot(path);
  }

  /** Sends a text to the sender; says what became of it. */
  sendText(text: string): Promise<TextOutcome> {
    return this.#incoming.sendText(text);
  }

  /** The files of the call, in both directions: sends, accepts and cancels them; what becomes of them are events. */
  get files(): FileControls {
    return this.#incoming.files;
  }

  /** What is drawn over the picture: read it, change it, and set it anew. */
  get overlay(): Overlay {
    return this.#incoming.overlay;
  }

  set overlay(overlay: Overlay) {
    this.#incoming.overlay = overlay;
  }

  /** How the picture is shown. */
  get view(): DisplayView {
    return this.#incoming.view;
  }

  set view(view: DisplayView) {
    this.#incoming.view = view;
  }

  /** Whether the picture stands still; it goes on live. */
  get isPaused(): boolean {
    return this.#incoming.isPaused;
  }

  set isPaused(isPaused: boolean) {
    this.#incoming.isPaused = isPaused;
  }

  /** Ends it: gets the sender's last account, shows what is still there, closes the window. Resolves when nothing is left running. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#incoming.stop();
    await this.#session.close();
    await this.#incoming.close();
  }
}

/** Starts a receiver. It connects at once; attach handlers in the same tick. Failure is its "closed" event. */
export function startReceiver(options: ReceiverOptions): Receiver {
  return new Receiver(options);
}
