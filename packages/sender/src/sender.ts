// The sender as a library: shows one source to everybody who holds an invite, a key, or comes back.

import {
  type Capabilities,
  chatFeature,
  type Contacts,
  Emitter,
  type FileControls,
  type FileEvent,
  filesFeature,
  FileTransfers,
  wantsFiles,
  listenForSessions,
  type ReceivedText,
  type Session,
  SessionChat,
  type SessionListener,
  type SessionRefusal,
  type TextOutcome,
  videoStateFeature,
  verificationWords,
} from "@simple-video-chat/protocol";

import { GuestList, type GuestListEvents, type GuestListOptions } from "./guest-list.ts";
import type { AudioCaptureHost } from "./audio/audio-capture-host.ts";
import { captureSound, type SoundNoticeCode } from "./audio/sound-notices.ts";
import { type SoundChoice, soundWith } from "./audio/sound-spec.ts";
import { CaptureHost } from "./capture-host.ts";
import type { SourceSpec } from "./capture/source-spec.ts";
import type { NoticeCode } from "./engine/capture-command.ts";
import type { OutgoingAccount } from "./outgoing-account.ts";
import type { OutgoingVideo } from "./outgoing-video.ts";
import { fileLink, flushLastFrames, sendVideoOver } from "./outgoing-session.ts";
import { sourceEvents, type SourceEvents } from "./source-events.ts";
import type { SourceState } from "./source-health.ts";
import { captureOptions, hasSound, outgoingOptions, type VideoOptions } from "./video-options.ts";

export interface SenderOptions extends VideoOptions, GuestListOptions {
  /** Where to listen; default 127.0.0.1:7420. Port 0 takes a free one. */
  readonly host?: string;
  readonly port?: number;
  /** Those who have watched before, kind "watchers". */
  readonly contacts?: Contacts | undefined;
  /** Receivers at the same time; default 8. */
  readonly maxReceivers?: number;
  /** What receivers see; default "sender". */
  readonly name?: string;
  /** What is heard, always or with each source; without it nothing is. Receivers are offered sound when the source or one of `otherSources` has some. */
  readonly sound?: SoundChoice | undefined;
  /** Whether texts are exchanged with receivers that want to; default true. */
  readonly chat?: boolean;
  /** Where every file goes that receivers send; default: each is asked for, and goes into the current folder. */
  readonly acceptFiles?: string | undefined;
  /** Show what is sent in a window here; the source is then open from the beginning. */
  readonly preview?: boolean;
}

/** A receiver, as the sender sees it. */
export interface ReceiverInfo {
  readonly id: number;
  readonly name: string;
  readonly remoteAddress: string;
}

/** What a sender tells. */
export interface SenderEvents extends GuestListEvents, SourceEvents {
  /** A receiver was added to the contacts. */
  readonly remembered: { readonly name: string };
  readonly joined: ReceiverInfo & { readonly resumed: boolean };
  /** Nothing was heard of a receiver for 3 s (true), or it is heard again (false). */
  readonly silent: ReceiverInfo & { readonly silent: boolean };
  readonly reconnecting: ReceiverInfo & { readonly cause: string };
  readonly left: ReceiverInfo & { readonly reason: string; readonly account: OutgoingAccount };
  readonly refused: SessionRefusal;
  /** A receiver records what it gets (true), or does not (any more). */
  readonly recorded: ReceiverInfo & { readonly recording: boolean };
  /** A receiver wrote. */
  readonly text: ReceivedText & { readonly id: number };
  /** What becomes of a file that a receiver sends, or is sent. */
  readonly file: FileEvent;
  /** The source failed or its engine died; with `isFinal` there will be no more pictures. */
  readonly trouble: { readonly code: string; readonly message: string; readonly isFinal: boolean };
  /** Something is not as was asked, and works all the same: a sentence for the user. */
  readonly notice: { readonly code: NoticeCode | SoundNoticeCode | "not-remembered"; readonly message: string };
  /** The microphone, or what is heard in its place, is open. */
  readonly recording: { readonly name: string };
  /** The microphone was switched off, or on. */
  readonly muted: { readonly muted: boolean };
  /** The camera, or what is shown in its place, was switched off or on, or gives no pictures (lost) and is tried again. */
  readonly camera: SourceState;
  /** A key was pressed in the preview window, or it was closed ("close"). */
  readonly key: { readonly key: string };
}

/** Figures of a sender. */
export interface SenderStats {
  readonly receivers: number;
  /** Encoders at work: receivers whose links take about the same bitrate share one. */
  readonly encoders: number;
  /** To the receiver that gets most. */
  readonly fps: number;
  /** To all receivers together. */
  readonly bitrateBps: number;
  /** What the best encoder aims at: what the best receiver's link takes. */
  readonly targetBitrateBps: number;
  /** What is heard; undefined without sound. `peakDbfs` is undefined while nothing is recorded. */
  readonly audio: { readonly isMuted: boolean; readonly peakDbfs: number | undefined } | undefined;
}

interface Receiver {
  readonly info: ReceiverInfo;
  readonly session: Session;
  readonly chat: SessionChat;
  readonly video: OutgoingVideo;
  isRecording: boolean;
}

/** How soon a contact that was put out by another program has to go, ms. */
const putOutIntervalMs = 300;
/** What a receiver is told that was put out. */
const putOutReason = "put out by the sender";

/** Program and version, as the other end is told. */
export const software = "simple-video-chat 0.1";

/** A running sender. Made by {@link startSender}. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #events = new Emitter<SenderEvents>();
  readonly #capture: CaptureHost;
  readonly #sound: AudioCaptureHost | undefined;
  readonly #receivers = new Map<Session, Receiver>();
  readonly #guests: GuestList;
  readonly #files: FileTransfers;
  #putOutTimer: NodeJS.Timeout | undefined;
  #listener: SessionListener | undefined;
  #nextId = 1;

  /** @internal */
  constructor(options: SenderOptions) {
    this.#options = options;
    this.#guests = new GuestList(options, () => this.address, this.#events);
    const { acceptFiles } = options;
    this.#files = new FileTransfers({
      isWanted: wantsFiles(options),
      folder: acceptFiles,
      acceptsAll: acceptFiles !== undefined,
      onEvent: (event) => this.#events.emit("file", event),
    });
    const told = sourceEvents(this.#events, () => this.#sound);
    this.#capture = new CaptureHost(captureOptions(options), {
      ...told,
      onEvent: (event) => {
        if (event.event === "key") this.#events.emit("key", { key: event.key });
        else told.onEvent(event);
      },
    });
    this.#capture.onState((state) => this.#events.emit("camera", state));
    if (!hasSound(options)) return;
    this.#sound = captureSound(soundWith(options.source, options.sound), {
      onRecording: (name) => this.#events.emit("recording", { name }),
      onNotice: (code, message) => this.#events.emit("notice", { code, message }),
      onTrouble: (trouble) => this.#events.emit("trouble", trouble),
    });
  }

  /** Whether the microphone is switched off: then it is released. */
  get isMuted(): boolean {
    return this.#sound?.isMuted ?? true;
  }

  set isMuted(isMuted: boolean) {
    if (this.#sound === undefined || isMuted === this.#sound.isMuted) return;
    this.#sound.mute(isMuted);
    this.#events.emit("muted", { muted: isMuted });
  }

  /** Whether the camera is switched off: then it is released, and those who watch are told. */
  get isCameraOff(): boolean {
    return this.#capture.isOff;
  }

  set isCameraOff(isOff: boolean) {
    this.#capture.isOff = isOff;
  }

  /** What is shown. */
  get source(): SourceSpec {
    return this.#capture.source;
  }

  /** Shows something else from now on, to the same receivers; their accounts go on. They hear what `sound` says of it, muted or not as before. */
  setSource(source: SourceSpec): void {
    this.#capture.setSource(source);
    this.#sound?.setSound(soundWith(source, this.#options.sound));
  }

  /** Where it listens. */
  get address(): { readonly host: string; readonly port: number } {
    return { host: this.#listener?.host ?? "", port: this.#listener?.port ?? 0 };
  }

  /** Process id of the capture engine. */
  get enginePid(): number | undefined {
    return this.#capture.enginePid;
  }

  /** Those who watch. */
  get receivers(): readonly ReceiverInfo[] {
    return [...this.#receivers.values()].map(({ info }) => info);
  }

  /** Makes a new short code; the one before is worth nothing from now on. */
  nextCode(): void {
    this.#guests.nextCode();
  }

  /**
   * Puts receivers out, at once: every one of that name, or the one with that id. A contact is kept out until {@link allow}; who has the key file can
   * come back.
   * @returns how many there were
   */
  kick(who: string | number): number {
    const kicked = [...this.#receivers.values()].filter(({ info }) => info.id === who || info.name === who);
    for (const { session, info } of kicked) {
      const contact = this.#guests.acquaintances.contactOf(session);
      try {
        if (contact !== undefined) this.#options.contacts?.block(contact.name, true);
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        this.#events.emit("notice", { code: "not-remembered", message: `${info.name} is out, but can come back. ${why}` });
      }
      void session.close("revoked", putOutReason);
    }
    return kicked.length;
  }

  /** Lets a contact in again that was put out. False: there is none of this name. */
  allow(name: string): boolean {
    return this.#options.contacts?.block(name, false) ?? false;
  }

  /** Three words that a receiver sees, too, when nobody is in the middle. @param id of the receiver */
  verificationWords(id: number): Promise<string | undefined> {
    const receiver = [...this.#receivers.values()].find(({ info }) => info.id === id);
    return receiver === undefined ? Promise.resolve(undefined) : verificationWords(receiver.session);
  }

  /** Calls `handler` at every such event; the returned function ends that. */
  on<K extends keyof SenderEvents>(event: K, handler: (value: SenderEvents[K]) => void): () => void {
    return this.#events.on(event, handler);
  }

  /** Sends a text to all receivers; says for each what became of it. */
  sendText(text: string): Promise<readonly { readonly receiver: ReceiverInfo; readonly outcome: TextOutcome }[]> {
    const all = [...this.#receivers.values()];
    return Promise.all(all.map(async ({ info, chat }) => ({ receiver: info, outcome: await chat.send(text) })));
  }

  /** The files of all receivers, in both directions: sends to all, accepts and cancels; what becomes of them are events. */
  get files(): FileControls {
    return this.#files;
  }

  get #wantsChat(): boolean {
    return this.#options.chat !== false;
  }

  /** @internal */
  async listen(): Promise<void> {
    const { host = "127.0.0.1", port = 7420, maxReceivers, name = "sender", codec = "h264" } = this.#options;
    const capabilities: Capabilities = {
      name,
      software,
      sends: this.#sound === undefined ? ["video"] : ["video", "audio"],
      receives: [],
      videoCodecs: [],
      maxWidthPx: 1,
      maxHeightPx: 1,
      maxFrameRate: 1,
      features: [
        ...(this.#wantsChat ? [chatFeature] : []),
        ...(wantsFiles(this.#options) ? [filesFeature] : []),
        videoStateFeature,
        ...this.#guests.features,
      ],
    };
    this.#listener = await listenForSessions({
      host,
      port,
      credentials: this.#guests.acquaintances,
      capabilities,
      encodes: [codec],
      ...(maxReceivers !== undefined && { maxSessions: maxReceivers }),
      onSession: (session) => this.#welcome(session),
      onRefused: (refusal) => this.#events.emit("refused", refusal),
    });
    if (this.#options.preview === true) this.#capture.pin();
    this.#guests.begin();
    if (this.#options.contacts !== undefined) this.#putOutTimer = setInterval(() => this.#putOut(), putOutIntervalMs).unref();
  }

  /** The present figures. */
  stats(): SenderStats {
    const videos = [...this.#receivers.values()].map(({ video }) => video);
    return {
      receivers: videos.length,
      encoders: videos.length === 0 ? 0 : this.#capture.tiers,
      fps: Math.max(0, ...videos.map((video) => video.sentRate())),
      bitrateBps: videos.reduce((sum, video) => sum + video.sentBitrateBps(), 0),
      targetBitrateBps: Math.round(Math.max(0, ...videos.map((video) => video.targetBitrateBps))),
      audio: this.#sound && { isMuted: this.#sound.isMuted, peakDbfs: this.#sound.peakDbfs },
    };
  }

  /** Peak of the last tenth of a second of what is heard, dB below full scale; undefined while nothing is recorded. Cheap: for a meter. */
  get peakDbfs(): number | undefined {
    return this.#sound?.peakDbfs;
  }

  /** Ends it: everybody gets the last frames and their account, the camera is released. Resolves when nothing is left running. */
  async close(reason: string = ""): Promise<void> {
    this.#guests.stop();
    clearInterval(this.#putOutTimer);
    await this.#capture.stopCapturing();
    for (const { video } of this.#receivers.values()) video.stop();
    await flushLastFrames([...this.#receivers.keys()]);
    await this.#listener?.close("normal", reason);
    await Promise.all([this.#capture.close(), this.#sound?.close(), this.#files.close()]);
  }

  #welcome(session: Session): void {
    const video = sendVideoOver(session, this.#capture, outgoingOptions(this.#options));
    this.#sound?.sendOver(session, video);
    this.#files.use(session, fileLink(this.#options, video));
    const chat = new SessionChat(session, this.#wantsChat, (text) => {
      const receiver = this.#receivers.get(session);
      if (receiver !== undefined) this.#events.emit("text", { ...text, id: receiver.info.id });
    });
    const once = this.#guests.isOnce(session.identity);
    session.on("live", (live) => {
      const { remoteAddress, resumed } = live;
      const known = this.#receivers.get(session)?.info;
      const who = known === undefined ? this.#guests.acquaintances.greet(session, live, { once }) : undefined;
      const info = known ?? { id: this.#nextId++, name: who?.name ?? "", remoteAddress };
      const isRecording = resumed && (this.#receivers.get(session)?.isRecording ?? false);
      this.#receivers.set(session, { info, session, chat, video, isRecording });
      this.#events.emit("joined", { ...info, resumed });
      if (who?.isNew === true) this.#events.emit("remembered", { name: who.name });
      if (who?.trouble !== undefined) this.#events.emit("notice", { code: "not-remembered", message: who.trouble });
    });
    this.#guests.replace(session.identity);
    session.on("message", (message) => {
      const receiver = this.#receivers.get(session);
      if (message.type !== "recording" || receiver === undefined || receiver.isRecording === message.theirs) return;
      receiver.isRecording = message.theirs;
      this.#events.emit("recorded", { ...receiver.info, recording: message.theirs });
    });
    session.on("silent", ({ silent }) => {
      const receiver = this.#receivers.get(session);
      if (receiver !== undefined) this.#events.emit("silent", { ...receiver.info, silent });
    });
    session.on("reconnecting", ({ cause }) => {
      const receiver = this.#receivers.get(session);
      if (receiver !== undefined) this.#events.emit("reconnecting", { ...receiver.info, cause });
    });
    session.on("closed", ({ reason }) => {
      const receiver = this.#receivers.get(session);
      this.#receivers.delete(session);
      if (receiver !== undefined) this.#events.emit("left", { ...receiver.info, reason, account: video.account });
    });
  }

  /** Contacts that another program has put out. */
  #putOut(): void {
    for (const { session } of this.#receivers.values()) {
      if (this.#guests.acquaintances.isPutOut(session)) void session.close("revoked", putOutReason);
    }
  }
}

/**
 * Starts a sender: it listens at once, and opens its source when the first receiver joins.
 *
 * @throws TransportError when it cannot listen there
 */
export async function startSender(options: SenderOptions): Promise<Sender> {
  const sender = new Sender(options);
  try {
    await sender.listen();
  } catch (error) {
    await sender.close();
    throw error;
  }
  return sender;
}
