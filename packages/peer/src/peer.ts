// The two-way call as a library: one session, one connection, video in both directions. Composes the sender's capture and the
// receiver's playback; holds no wire code and no codec code.

import {
  type Capabilities,
  type CodeKey,
  connectSession,
  type Contacts,
  type Credential,
  Emitter,
  listenForSessions,
  type Meeting,
  type Session,
  type SessionListener,
  type SessionRefusal,
  verificationWords,
} from "@simple-video-chat/protocol";
import {
  IncomingCall,
  type IncomingCallEvents,
  type IncomingCallOptions,
  type IncomingCallStats,
  receiverCapabilities,
  type RecordingOptions,
  Watching,
} from "@simple-video-chat/receiver";
import {
  GuestList,
  type GuestListEvents,
  type GuestListOptions,
  type AudioCaptureHost,
  CaptureHost,
  captureOptions,
  captureSound,
  fileLink,
  flushLastFrames,
  hasSound,
  outgoingOptions,
  type OutgoingAccount,
  type OutgoingVideo,
  sendVideoOver,
  type SoundChoice,
  sourceEvents,
  type SourceEvents,
  type SourceSpec,
  type SourceState,
  software,
  soundWith,
  type VideoOptions,
} from "@simple-video-chat/sender";

import { SharedAudioEngine } from "./audio/shared-audio-engine.ts";

export interface PeerOptions extends VideoOptions, IncomingCallOptions, GuestListOptions {
  /** Whom to call; without it this end waits for a call. */
  readonly call?: { readonly host: string; readonly port: number; readonly credential: Credential | CodeKey } | undefined;
  /** Where to wait; default every address, port 7420. Port 0 takes a free one. */
  readonly host?: string;
  readonly port?: number;
  /** People called before, kind "calls". */
  readonly contacts?: Contacts | undefined;
  /** What the other end sees; default "peer". */
  readonly name?: string;
  /** What is heard of this end, always or with each source; without it nothing is. Sound is offered when the source or one of `otherSources` has some. */
  readonly sound?: SoundChoice | undefined;
  /** Keep trying while the other end has not been started yet; default false. */
  readonly waitForListener?: boolean;
}

/** What a peer tells, besides what the receiving half of a call does; its "trouble" is also that of our source, or of its engine. */
export interface PeerEvents extends IncomingCallEvents, GuestListEvents, SourceEvents {
  readonly refused: SessionRefusal;
  /** Our microphone, or what is heard in its place, is open. */
  readonly recording: { readonly name: string };
  /** Our microphone was switched off, or on. */
  readonly muted: { readonly muted: boolean };
  /** Our camera, or what is shown in its place, was switched off or on, or gives no pictures (lost) and is tried again. */
  readonly camera: SourceState;
}

/** Figures of a call, both directions. */
export interface PeerStats {
  readonly incoming: IncomingCallStats;
  readonly outgoing: {
    readonly fps: number;
    readonly bitrateBps: number;
    /** undefined without sound; its level while nothing is recorded. */
    readonly audio: { readonly isMuted: boolean; readonly peakDbfs: number | undefined } | undefined;
  };
}

/** A running call, or one that is waited for. Made by {@link startPeer}. */
export class Peer extends Watching {
  readonly #options: PeerOptions;
  readonly #events = new Emitter<PeerEvents>();
  readonly #guests: GuestList;
  readonly #capture: CaptureHost;
  protected override readonly incoming: IncomingCall;
  readonly #sound: AudioCaptureHost | undefined;
  #listener: SessionListener | undefined;
  #session: Session | undefined;
  #outgoing: OutgoingVideo | undefined;
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(options: PeerOptions) {
    super();
    this.#options = options;
    this.#guests = new GuestList(options, () => this.address ?? { host: "", port: 0 }, this.#events);
    const hasWindow = options.windowTitle !== undefined;
    const audioEngine = new SharedAudioEngine();
    this.incoming = new IncomingCall(options, this.#events, {
      startAudioEngine: (share) => audioEngine.join(share),
      requestLocalKeyframe: () => {
        if (this.#outgoing !== undefined) this.#capture.requestKeyframe(this.#outgoing);
      },
    });
    if (hasSound(options)) {
      this.#sound = captureSound(
        soundWith(options.source, options.sound),
        {
          onRecording: (name) => this.#events.emit("recording", { name }),
          onNotice: (code, message) => this.#events.emit("notice", { code, message }),
          onSent: (message) => this.incoming.recordLocal(message),
          // The playing half tells of the engine's death.
          onTrouble: (trouble) => {
            if (options.audio === false) this.#events.emit("trouble", trouble);
          },
        },
        (share) => audioEngine.join(share),
      );
    }
    this.#capture = new CaptureHost(captureOptions({ ...options, selfView: hasWindow }), {
      onSelfView: (message) => this.incoming.playSelfView(message),
      ...sourceEvents(this.#events, () => this.#sound),
    });
    this.#capture.onState((state) => this.#events.emit("camera", state));
  }

  /** Calls `handler` at every such event; the returned function ends that. */
  on<K extends keyof PeerEvents>(event: K, handler: (value: PeerEvents[K]) => void): () => void {
    return this.#events.on(event, handler);
  }

  /** Whether our microphone is switched off: then it is released. */
  get isMuted(): boolean {
    return this.#sound?.isMuted ?? true;
  }

  set isMuted(isMuted: boolean) {
    if (this.#sound === undefined || isMuted === this.#sound.isMuted) return;
    this.#sound.mute(isMuted);
    this.#events.emit("muted", { muted: isMuted });
  }

  /** Whether our camera is switched off: then it is released, and the other end is told. */
  get isCameraOff(): boolean {
    return this.#capture.isOff;
  }

  set isCameraOff(isOff: boolean) {
    this.#capture.isOff = isOff;
  }

  /** What the other end is shown. */
  get source(): SourceSpec {
    return this.#capture.source;
  }

  /** Shows something else from now on, in the same call; its account goes on. What is heard is what `sound` says of it, muted or not as before. */
  setSource(source: SourceSpec): void {
    this.#capture.setSource(source);
    this.#sound?.setSound(soundWith(source, this.#options.sound));
  }

  /** Where it waits; undefined for the end that calls. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    return this.#listener && { host: this.#listener.host, port: this.#listener.port };
  }

  /** Process ids of the engines. */
  get enginePids(): { readonly capture: number | undefined; readonly playback: number | undefined } {
    return { capture: this.#capture.enginePid, playback: this.incoming.enginePid };
  }

  /** @internal */
  async start(): Promise<void> {
    const { call, host = "0.0.0.0", port = 7420, name = "peer", codec = "h264", waitForListener = false } = this.#options;
    const sends: Capabilities["sends"] = this.#sound === undefined ? ["video"] : ["video", "audio"];
    const receiving = receiverCapabilities(name, software, this.#options);
    const capabilities: Capabilities = { ...receiving, sends, features: [...receiving.features, ...this.#guests.features] };
    const common = { capabilities, encodes: [codec] };
    if (call !== undefined) {
      this.incoming.showCard("calling");
      const { host: to, port: at } = call;
      this.#use(connectSession({ ...common, ...call, waitForListener }), { once: true, dialed: { host: to, port: at } });
      return;
    }
    this.incoming.showCard("waiting for the other end");
    this.#listener = await listenForSessions({
      ...common,
      host,
      port,
      credentials: this.#guests.acquaintances,
      maxSessions: 1,
      onSession: (session) => this.#use(session, { once: this.#guests.isOnce(session.identity) }),
      onRefused: (refusal) => this.#events.emit("refused", refusal),
    });
    this.#guests.begin();
  }

  /** Makes a new short code; the one before is worth nothing from now on. */
  nextCode(): void {
    this.#guests.nextCode();
  }

  /** Three words that the other end shows, too, when nobody is in the middle; undefined: not connected. */
  verificationWords(): Promise<string | undefined> {
    return this.#session === undefined ? Promise.resolve(undefined) : verificationWords(this.#session);
  }

  /** The present figures. */
  stats(): PeerStats {
    return {
      incoming: this.incoming.stats(),
      outgoing: {
        fps: this.#outgoing?.sentRate() ?? 0,
        bitrateBps: this.#outgoing?.sentBitrateBps() ?? 0,
        audio: this.#sound && { isMuted: this.#sound.isMuted, peakDbfs: this.#sound.peakDbfs },
      },
    };
  }

  /** Peaks of the last tenth of a second, dB below full scale; undefined while nothing is heard, or recorded. Cheap: for meters. */
  get peaksDbfs(): { readonly incoming: number | undefined; readonly outgoing: number | undefined } {
    return { incoming: this.incoming.peakDbfs, outgoing: this.#sound?.peakDbfs };
  }

  /** What became of the frames that were captured here, as far as they left this end. */
  get outgoingAccount(): OutgoingAccount | undefined {
    return this.#outgoing?.account;
  }

  /** Begins to record, at the next keyframe; the other end is told. What becomes of it are events. */
  startRecording(options: RecordingOptions): void {
    this.incoming.startRecording(options);
  }

  /** Hangs up: both ends get their last accounts, camera and window are released. Resolves when nothing is left running. */
  close(reason: string = ""): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: string): Promise<void> {
    this.#guests.stop();
    await this.#capture.stopCapturing();
    this.#outgoing?.stop();
    await this.incoming.stop();
    if (this.#session !== undefined) await flushLastFrames([this.#session]);
    await this.#session?.close("normal", reason);
    await this.#listener?.close("normal", reason);
    await Promise.all([this.#capture.close(), this.incoming.close(), this.#sound?.close()]);
  }

  #use(session: Session, meeting: Meeting): void {
    this.#guests.stop();
    this.#session = session;
    this.#outgoing = sendVideoOver(session, this.#capture, outgoingOptions(this.#options), (message) => this.incoming.recordLocal(message));
    this.#sound?.sendOver(session, this.#outgoing);
    this.incoming.use(session, this.#guests.acquaintances, meeting, fileLink(this.#options, this.#outgoing));
  }
}

/**
 * Starts a call: waits for one, or makes one.
 *
 * @throws TransportError when it cannot listen there
 */
export async function startPeer(options: PeerOptions): Promise<Peer> {
  const peer = new Peer(options);
  try {
    await peer.start();
  } catch (error) {
    await peer.close();
    throw error;
  }
  return peer;
}
