// The sender as a library: shows one source to everybody who holds an invite, a key, or comes back.

import {
  type Capabilities,
  createSecret,
  CredentialStore,
  deriveCredential,
  Emitter,
  formatInvite,
  inviteLifetimeMs,
  listenForSessions,
  maxVideoPacketsPerS,
  type Session,
  type SessionListener,
  type SessionRefusal,
  type VideoCodec,
} from "@simple-video-chat/protocol";

import { CaptureHost } from "./capture-host.ts";
import type { SourceSpec } from "./capture/source-spec.ts";
import type { EncoderChoice } from "./encode/encoder.ts";
import type { CaptureEvent, NoticeCode } from "./engine/capture-command.ts";
import type { OutgoingAccount, OutgoingVideo, OutgoingVideoOptions } from "./outgoing-video.ts";
import { flushLastFrames, sendVideoOver } from "./outgoing-session.ts";

/** The cap on the bitrate unless the user sets one, bits a second: a good picture at 1280×720, 30 Hz. */
const defaultBitrateBps: Readonly<Record<VideoCodec, number>> = { h264: 2_000_000, jpeg: 40_000_000, vp9: 2_000_000 };
/** Where to begin on a link that nothing is known of: a picture of fair quality, small enough for most links. */
const startBitrateBps: Readonly<Record<VideoCodec, number>> = { h264: 1_000_000, jpeg: 8_000_000, vp9: 1_000_000 };

/** How video is made and sent. */
export interface VideoOptions {
  readonly source: SourceSpec;
  /** Default "h264". */
  readonly codec?: VideoCodec;
  /** What encodes H.264; default "auto". Hardware that is not there, or fails, gives way to software, with a notice. */
  readonly encoder?: EncoderChoice;
  /** Most video bits a second; default 2,000,000, with JPEG 40,000,000. */
  readonly bitrateBps?: number;
  /** The longer side is scaled down to this, pixels; default 1280. */
  readonly maxSidePx?: number;
  /** Most pictures a second; default 30. */
  readonly maxFrameRate?: number;
  /** Delay from capture to display to keep within, ms; default 200. */
  readonly maxLatencyMs?: number;
  /** Stamp the measuring barcode; default only on the test card. */
  readonly barcode?: boolean;
}

export interface SenderOptions extends VideoOptions {
  /** Where to listen; default 127.0.0.1:7420. Port 0 takes a free one. */
  readonly host?: string;
  readonly port?: number;
  /** What receivers are told to dial, where that differs from `host`. */
  readonly inviteHost?: string;
  /** A secret that both ends keep, for any number of receivers and restarts. Without it each invite lets one receiver in. */
  readonly secret?: Uint8Array;
  /** Receivers at the same time; default 8. */
  readonly maxReceivers?: number;
  /** What receivers see; default "sender". */
  readonly name?: string;
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
export interface SenderEvents {
  /** The invite to give to the next receiver; the one before has been used or has expired. */
  readonly invite: { readonly invite: string };
  /** The source is open. */
  readonly opened: { readonly name: string; readonly widthPx: number; readonly heightPx: number; readonly frameRate: number };
  readonly joined: ReceiverInfo & { readonly resumed: boolean };
  readonly reconnecting: ReceiverInfo & { readonly cause: string };
  readonly left: ReceiverInfo & { readonly reason: string; readonly account: OutgoingAccount };
  readonly refused: SessionRefusal;
  /** The source failed or its engine died; with `isFinal` there will be no more pictures. */
  readonly trouble: { readonly code: string; readonly message: string; readonly isFinal: boolean };
  /** Something is not as was asked, and works all the same: a sentence for the user. */
  readonly notice: { readonly code: NoticeCode; readonly message: string };
  /** A file is at its end. */
  readonly ended: Record<string, never>;
  /** A key was pressed in the preview window, or it was closed ("close"). */
  readonly key: { readonly key: string };
}

/** Figures of a sender. */
export interface SenderStats {
  readonly receivers: number;
  /** To the receiver that gets most. */
  readonly fps: number;
  /** To all receivers together. */
  readonly bitrateBps: number;
  /** What the encoder aims at: what the best receiver's link takes. */
  readonly targetBitrateBps: number;
}

interface Receiver {
  readonly info: ReceiverInfo;
  readonly session: Session;
  readonly video: OutgoingVideo;
}

/** What a capture needs, from the options of a sender or of a peer. */
export function captureOptions(
  options: VideoOptions & { readonly preview?: boolean; readonly selfView?: boolean },
): ConstructorParameters<typeof CaptureHost>[0] {
  return {
    source: options.source,
    codec: options.codec ?? "h264",
    encoder: options.encoder ?? "auto",
    bitrateBps: options.bitrateBps ?? defaultBitrateBps[options.codec ?? "h264"],
    maxSidePx: options.maxSidePx ?? 1280,
    maxFrameRate: Math.min(options.maxFrameRate ?? 30, maxVideoPacketsPerS),
    barcode: options.barcode ?? options.source.kind === "testcard",
    selfView: options.selfView ?? false,
    preview: options.preview ?? false,
  };
}

/** What an outgoing video needs, from the options of a sender or of a peer. */
export function outgoingOptions(options: VideoOptions): OutgoingVideoOptions {
  const { codec = "h264", maxLatencyMs = 200 } = options;
  const maxBitrateBps = options.bitrateBps ?? defaultBitrateBps[codec];
  return { maxLatencyMs, maxBitrateBps, startBitrateBps: Math.min(maxBitrateBps, startBitrateBps[codec]) };
}

/** Program and version, as the other end is told. */
export const software = "simple-video-chat 0.1";

/** A running sender. Made by {@link startSender}. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #events = new Emitter<SenderEvents>();
  readonly #credentials = new CredentialStore();
  readonly #capture: CaptureHost;
  readonly #receivers = new Map<Session, Receiver>();
  #listener: SessionListener | undefined;
  #inviteTimer: NodeJS.Timeout | undefined;
  #invitedIdentity: string | undefined;
  #nextId = 1;
  #isClosing = false;

  /** @internal */
  constructor(options: SenderOptions) {
    this.#options = options;
    this.#capture = new CaptureHost(captureOptions(options), {
      onEvent: (event) => this.#onCaptureEvent(event),
      onEngineDeath: ({ isFinal, reason }) =>
        this.#events.emit("trouble", { code: "engine-failed", message: `The capture engine ${reason}.`, isFinal }),
    });
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

  /** Calls `handler` at every such event; the returned function ends that. */
  on<K extends keyof SenderEvents>(event: K, handler: (value: SenderEvents[K]) => void): () => void {
    return this.#events.on(event, handler);
  }

  /** @internal */
  async listen(): Promise<void> {
    const { host = "127.0.0.1", port = 7420, maxReceivers, name = "sender", secret, codec = "h264" } = this.#options;
    const capabilities: Capabilities = {
      name,
      software,
      sends: ["video"],
      receives: [],
      videoCodecs: [],
      maxWidthPx: 1,
      maxHeightPx: 1,
      maxFrameRate: 1,
      features: [],
    };
    if (secret !== undefined) this.#credentials.admit(deriveCredential(secret), { use: "many" });
    this.#listener = await listenForSessions({
      host,
      port,
      credentials: this.#credentials,
      capabilities,
      encodes: [codec],
      ...(maxReceivers !== undefined && { maxSessions: maxReceivers }),
      onSession: (session) => this.#welcome(session),
      onRefused: (refusal) => this.#events.emit("refused", refusal),
    });
    if (this.#options.preview === true) this.#capture.pin();
    // After the caller could attach its handlers.
    if (secret === undefined) setImmediate(() => this.#invite());
  }

  /** The present figures. */
  stats(): SenderStats {
    const videos = [...this.#receivers.values()].map(({ video }) => video);
    return {
      receivers: videos.length,
      fps: Math.max(0, ...videos.map((video) => video.sentRate())),
      bitrateBps: videos.reduce((sum, video) => sum + video.sentBitrateBps(), 0),
      targetBitrateBps: Math.round(Math.max(0, ...videos.map((video) => video.targetBitrateBps))),
    };
  }

  /** Ends it: everybody gets the last frames and their account, the camera is released. Resolves when nothing is left running. */
  async close(reason: string = ""): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#inviteTimer);
    await this.#capture.stopCapturing();
    for (const { video } of this.#receivers.values()) video.stop();
    await flushLastFrames([...this.#receivers.keys()]);
    await this.#listener?.close("normal", reason);
    await this.#capture.close();
  }

  #welcome(session: Session): void {
    const video = sendVideoOver(session, this.#capture, outgoingOptions(this.#options));
    if (session.identity === this.#invitedIdentity) this.#invite();
    session.on("live", ({ peer, remoteAddress, resumed }) => {
      const known = this.#receivers.get(session)?.info;
      const info = known ?? { id: this.#nextId++, name: peer.name, remoteAddress };
      this.#receivers.set(session, { info, session, video });
      this.#events.emit("joined", { ...info, resumed });
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

  /** Makes the next invite: single-use, and replaced when it expires. */
  #invite(): void {
    if (this.#isClosing) return;
    clearTimeout(this.#inviteTimer);
    if (this.#invitedIdentity !== undefined) this.#credentials.revoke(this.#invitedIdentity);
    const secret = createSecret();
    const credential = deriveCredential(secret);
    this.#invitedIdentity = credential.identity;
    this.#credentials.admit(credential, { use: "single", lifeMs: inviteLifetimeMs });
    this.#inviteTimer = setTimeout(() => this.#invite(), inviteLifetimeMs);
    const { host, port } = this.address;
    this.#events.emit("invite", { invite: formatInvite({ host: this.#options.inviteHost ?? host, port, secret }) });
  }

  #onCaptureEvent(event: CaptureEvent): void {
    switch (event.event) {
      case "opened": {
        const { name, widthPx, heightPx, frameRate } = event;
        this.#events.emit("opened", { name, widthPx, heightPx, frameRate });
        break;
      }
      case "ended":
        this.#events.emit("ended", {});
        break;
      case "failed":
        this.#events.emit("trouble", { code: event.code, message: event.message, isFinal: true });
        break;
      case "notice":
        this.#events.emit("notice", { code: event.code, message: event.message });
        break;
      case "key":
        this.#events.emit("key", { key: event.key });
        break;
      default:
        // "stopped" concerns the host alone.
        break;
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
