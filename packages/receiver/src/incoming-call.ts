// The receiving half of a call: the video of one session, its playback, and what both tell. A receiver is this and a connection; a
// peer puts it beside its camera.

import {
  Acquaintances,
  type AudioMessage,
  type AudioTrackMessage,
  type EncodedPacket,
  type Emitter,
  type FileLinkOptions,
  FileTransfers,
  wantsFiles,
  type Meeting,
  type Session,
  SessionChat,
  type TextOutcome,
  type TrackMessage,
} from "@simple-video-chat/protocol";
import type { StartAudioEngine } from "@simple-video-chat/protocol/engine";

import { AudioPlayoutHost } from "./audio/audio-playout-host.ts";
import { IncomingAudio } from "./audio/incoming-audio.ts";
import type { DisplayView } from "./display/display.ts";
import type { Overlay } from "./display/overlay.ts";
import type { BarcodeCount, PlaybackEvent } from "./engine/playback-command.ts";
import type { IncomingCallEvents, IncomingCallOptions, IncomingCallStats } from "./incoming-call-contract.ts";
import { type IncomingSummary, IncomingVideo } from "./incoming-video.ts";
import { PicturePlace } from "./picture-place.ts";
import { PlaybackHost, type PlaybackHostEvents, type Snapshot } from "./playback-host.ts";
import { RecordingHost, type RecordingOptions, type RecordingProgress } from "./recording-host.ts";
import { possibleView } from "./view-kind.ts";

/** How long the other end may take to answer a goodbye with its final account, ms. */
const finalAccountTimeoutMs = 1000;
/** What a peer's other half gives to the receiving one. */
export interface IncomingCallParts {
  /** Default an engine of its own. */
  readonly startAudioEngine?: StartAudioEngine;
  /** What this end sends is recorded, and must begin with a keyframe. */
  readonly requestLocalKeyframe?: () => void;
}

/** The receiving half of a call. */
export class IncomingCall {
  readonly #events: Pick<Emitter<IncomingCallEvents>, "emit">;
  readonly #wantsChat: boolean;
  #chat: SessionChat | undefined;
  /** The files of the call, in both directions. */
  readonly files: FileTransfers;
  readonly #playback: PlaybackHost;
  readonly #video: IncomingVideo;
  readonly #place: PicturePlace;
  readonly #playout: AudioPlayoutHost | undefined;
  readonly #audio: IncomingAudio | undefined;
  readonly #recording: RecordingHost;
  readonly #requestLocalKeyframe: () => void;
  #session: Session | undefined;
  #doesOtherRecord = false;
  #isOtherMuted = false;

  /**
   * @param events - is told everything
   * @param parts - what a peer has besides
   */
  constructor(options: IncomingCallOptions, events: Pick<Emitter<IncomingCallEvents>, "emit">, parts: IncomingCallParts = {}) {
    this.#events = events;
    this.#wantsChat = options.chat !== false;
    this.files = new FileTransfers({
      isWanted: wantsFiles(options),
      folder: options.acceptFiles,
      acceptsAll: options.acceptFiles !== undefined,
      onEvent: (event) => events.emit("file", event),
    });
    this.#requestLocalKeyframe = parts.requestLocalKeyframe ?? (() => {});
    this.#recording = new RecordingHost({
      onBegun: (file) => events.emit("record-started", file),
      onEnded: (file) => events.emit("record-ended", file),
      onChange: () => this.#tellOfRecording(),
      onTrouble: (code, message) => events.emit("notice", { code, message }),
      onKeyframeWanted: (direction) => {
        if (direction === "local") this.#requestLocalKeyframe();
        else this.#video.requestKeyframe("joined");
      },
    });
    const { view, why } = viewFor(options);
    // After the caller could attach its handlers.
    if (why !== undefined) setImmediate(() => events.emit("notice", { code: "no-opencv", message: why }));
    const playbackEvents: PlaybackHostEvents = {
      onReport: (report) => {
        const picture = this.#video.played(report);
        if (picture !== undefined) this.#place.shown(picture);
      },
      onKeyframeWanted: (reason) => this.#video.requestKeyframe(reason),
      onEvent: (event) => this.#tellOf(event),
      onEngineDeath: ({ isFinal, reason }) => {
        this.#video.playbackDied();
        this.#place.showCard("waiting for a picture");
        events.emit("trouble", { code: "engine-failed", message: `The playback engine ${reason}.`, isFinal });
      },
    };
    this.#playback = new PlaybackHost(options.windowTitle, playbackEvents, { view, filter: options.incomingFilter });
    this.#video = new IncomingVideo({
      announce: (track) => {
        this.#playback.announce(track);
        this.#recording.announce("remote", track);
      },
      play: (packet) => {
        this.#playback.play(packet);
        this.#recording.pushRemote(packet, this.#session?.clock);
      },
      setClock: (clock) => this.#playback.setClock(clock),
    });
    this.#place = new PicturePlace(this.#video, this.#playback, events);
    if (options.audio !== false) {
      this.#playout = new AudioPlayoutHost(
        options.speaker,
        {
          onPlaying: (name) => events.emit("playing", { name }),
          onFigures: (figures) => {
            this.#audio?.played(figures);
            this.#playback.setSoundOffset(this.#audio?.soundOffsetUs);
          },
          onTrouble: ({ code, message, isFinal }) => {
            if (code === "engine-failed") events.emit("trouble", { code, message, isFinal: false });
            else
              events.emit("notice", {
                code: "speaker-failed",
                message: isFinal ? message : `${message} The call goes on without its sound.`,
              });
          },
        },
        parts.startAudioEngine,
      );
      const playout = this.#playout;
      this.#audio = new IncomingAudio({
        play: (channels) => playout.play(channels),
        push: (packet) => {
          playout.push(packet);
          this.#recording.pushRemote(packet, this.#session?.clock);
        },
      });
    }
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
  stats(): IncomingCallStats {
    return { ...this.#video.stats(), audio: this.#audio?.stats(), recording: this.#recording.progress ?? null };
  }

  /** How loud the other end is: the peak of the last tenth of a second, dB below full scale; undefined while nothing is heard. Cheap. */
  get peakDbfs(): number | undefined {
    return this.#audio?.peakDbfs;
  }

  /** How loud the other end is played: from 0 to 2, where 1 is as loud as it was recorded. */
  get volume(): number {
    return this.#playout?.gain ?? 0;
  }

  set volume(gain: number) {
    this.#playout?.setGain(Math.min(2, Math.max(0, gain)));
  }

  /** The whole call's figures; its account is closed after {@link stop}. */
  summary(): IncomingSummary {
    return this.#video.summary();
  }

  /** Shows a text in place of the picture, until the next picture. */
  showCard(text: string): void {
    this.#place.showCard(text);
  }

  /** What is drawn over the picture. */
  get overlay(): Overlay {
    return this.#playback.overlay;
  }

  set overlay(overlay: Overlay) {
    this.#playback.overlay = overlay;
  }

  /** How the picture is shown. */
  get view(): DisplayView {
    return this.#playback.view;
  }

  set view(view: DisplayView) {
    this.#playback.view = view;
  }

  /** Whether the picture stands still; all that comes is decoded meanwhile, and it goes on live. */
  get isPaused(): boolean {
    return this.#place.isPaused;
  }

  set isPaused(isPaused: boolean) {
    this.#place.isPaused = isPaused;
    this.overlay = { ...this.overlay, isPaused };
  }

  /** What is recorded now; undefined while nothing is. */
  get recording(): RecordingProgress | undefined {
    return this.#recording.progress;
  }

  /** Begins to record, at the next keyframe; the other end is told. What becomes of it are events. Does nothing while something is recorded. */
  startRecording(options: RecordingOptions): void {
    this.#recording.start(options);
  }

  /** Ends the recording; resolves when its file is complete. */
  stopRecording(): Promise<void> {
    return this.#recording.stop();
  }

  /**
   * Writes the picture as it is shown, without what is drawn over it, to a new PNG file that only its owner may read.
   *
   * @throws RecordingError (rejects) when there is no picture yet, or the file cannot be written
   */
  snapshot(path: string): Promise<Snapshot> {
    return this.#playback.snapshot(path);
  }

  /** What of ours is sent, for a recording of it. */
  recordLocal(message: TrackMessage | AudioTrackMessage | EncodedPacket | AudioMessage): void {
    if ("type" in message && message.type !== "audio") this.#recording.announce("local", message);
    else this.#recording.pushLocal(message);
  }

  /** Sends a text; says what became of it. */
  sendText(text: string): Promise<TextOutcome> {
    return this.#chat?.send(text) ?? Promise.resolve("undelivered");
  }

  /** Shows one's own camera in a corner. */
  playSelfView(message: TrackMessage | EncodedPacket): void {
    this.#playback.playSelfView(message);
  }

  /** Plays the video of this session. @param link how files may use it */
  use(
    session: Session,
    acquaintances: Acquaintances = new Acquaintances(undefined),
    meeting: Meeting = { once: false },
    link: FileLinkOptions = {},
  ): void {
    this.files.use(session, link);
    this.#chat = new SessionChat(session, this.#wantsChat, (text) => this.#events.emit("text", text));
    session.on("live", (live) => {
      const { resumed, remoteAddress } = live;
      const { name, isNew, trouble } = acquaintances.greet(session, live, meeting);
      this.#session = session;
      if (!resumed) {
        this.#recording.newSender();
        this.#otherRecords(false);
      }
      if (this.#recording.progress !== undefined) this.#tellOfRecording();
      this.#video.connected(session, !resumed);
      this.#audio?.connected(session);
      this.#playback.setTitle(`Simple Video Chat: ${name}`);
      this.#place.connected(name);
      this.#events.emit("connected", { name, remoteAddress, resumed });
      if (isNew) this.#events.emit("remembered", { name });
      if (trouble !== undefined) this.#events.emit("notice", { code: "not-remembered", message: trouble });
    });
    session.on("message", (message) => {
      this.#video.receive(message);
      if (message.type === "video-state") this.#place.cameraIs(message.state);
      const track = this.#audio?.receive(message);
      if (track !== undefined) {
        this.#recording.announce("remote", track);
        this.#otherMuted(track.muted);
      }
      if (message.type === "recording") this.#otherRecords(message.theirs);
    });
    session.on("silent", ({ silent }) => {
      this.#place.silent(silent);
    });
    session.on("reconnecting", ({ cause }) => {
      this.#audio?.disconnected();
      this.#place.showCard("reconnecting");
      this.#events.emit("reconnecting", { cause });
    });
    session.on("attempt", ({ failures, delayMs, error }) => this.#events.emit("attempt", { failures, delayMs, reason: error.message }));
    session.on("closed", (end) => {
      this.#audio?.disconnected();
      this.#events.emit("closed", end);
    });
  }

  /** Gets the other end's last account, and shows what is still there. */
  async stop(): Promise<void> {
    this.#place.stop();
    await this.#video.stop(finalAccountTimeoutMs);
    await Promise.all([this.#playback.drain(), this.#recording.stop()]);
    this.#video.playbackEnded();
  }

  /** Closes the window and the speaker, after {@link stop}; resolves when their processes are gone. */
  async close(): Promise<void> {
    await Promise.all([this.#playback.close(), this.#playout?.close(), this.files.close()]);
  }

  #tellOfRecording(): void {
    const mode = this.#recording.progress?.mode;
    this.#session?.send({
      type: "recording",
      theirs: mode === "remote" || mode === "both",
      ours: mode === "local" || mode === "both",
    });
  }

  #otherRecords(recording: boolean): void {
    if (recording === this.#doesOtherRecord) return;
    this.#doesOtherRecord = recording;
    this.#events.emit("other-records", { recording });
  }

  #otherMuted(muted: boolean): void {
    if (muted === this.#isOtherMuted) return;
    this.#isOtherMuted = muted;
    this.#events.emit("other-muted", { muted });
  }

  #tellOf(event: PlaybackEvent): void {
    if (event.event === "opened") {
      const { event: _, ...display } = event;
      this.#events.emit("display", display);
    }
    if (event.event === "key") this.#events.emit("key", { key: event.key });
    if (event.event === "closed") this.#events.emit("window-closed", {});
    if (event.event === "filter") this.#events.emit("incoming-filter", { value: event.value });
    if (event.event === "filter-trouble") {
      const { code, message } = event;
      if (code === "filter-missing") this.#events.emit("trouble", { code, message, isFinal: true });
      else this.#events.emit("notice", { code, message });
    }
  }
}

function viewFor({ windowTitle, view = "window", incomingFilter }: IncomingCallOptions): ReturnType<typeof possibleView> {
  if (incomingFilter !== undefined && view === "browser") throw new RangeError("a browser's pictures cannot be filtered");
  // A page in its place would show what the filter was to hide; the engine says what is missing.
  return windowTitle === undefined || incomingFilter !== undefined ? { view: "window" } : possibleView(view);
}
