// The sound from one sender: checks it, has it played, and tells the sender how it arrives.

import {
  type AudioMessage,
  type AudioTrackMessage,
  type Micros,
  nowUs,
  ProtocolError,
  RateMeter,
  type ReceivedMessage,
  type Session,
} from "@simple-video-chat/protocol";

import type { AudioPlayoutHost } from "./audio-playout-host.ts";
import type { PlayoutFigures } from "./playout-command.ts";

/** How often the sender is told how its sound arrives while it comes, µs. */
const reportIntervalUs = 250_000;

/** Figures of an incoming sound. */
export interface IncomingAudioStats {
  /** Sound is announced, and its owner's microphone is on. */
  readonly isOn: boolean;
  /** Its owner has switched the microphone off. */
  readonly isMuted: boolean;
  /** 2 in stereo; 1 before anything is announced. */
  readonly channels: number;
  /** Bits a second as they came, over the last two seconds. */
  readonly bitrateBps: number;
  /** From microphone to ear, ms, without what the devices do not say; undefined before the first sound. */
  readonly latencyMs: number | undefined;
  /** How long packets are held, so that they come out evenly, ms. */
  readonly jitterMs: number | undefined;
  /** Sound that came and was played, ms. */
  readonly playedMs: number;
  /** Share of the time for which sound had to be made up, of all that was played. */
  readonly concealedShare: number;
  /** Peak of the last tenth of a second, dB below full scale. */
  readonly peakDbfs: number | undefined;
}

/** What this needs of a session. */
export type IncomingAudioSession = Pick<Session, "send" | "clock" | "close">;

/** The sound from one sender. */
export class IncomingAudio {
  readonly #playout: Pick<AudioPlayoutHost, "play" | "push">;
  readonly #bitRate = new RateMeter();
  #session: IncomingAudioSession | undefined;
  #track: AudioTrackMessage | undefined;
  #newestPacket = 0;
  #reportedUs = 0;
  /** Reports the newest packet, should none come after it. */
  #reportTimer: NodeJS.Timeout | undefined;
  #figures: PlayoutFigures | undefined;

  constructor(playout: Pick<AudioPlayoutHost, "play" | "push">) {
    this.#playout = playout;
  }

  /** The connection is gone. */
  disconnected(): void {
    clearTimeout(this.#reportTimer);
    this.#session = undefined;
  }

  /** A connection is up: everything is announced and counted anew. */
  connected(session: IncomingAudioSession): void {
    this.#session = session;
    this.#track = undefined;
    this.#newestPacket = 0;
  }

  /** Handles what the sender sends of its sound. @returns the format, when it is a new one */
  receive(message: ReceivedMessage): AudioTrackMessage | undefined {
    if (message.type !== "audio" && message.type !== "audio-track") return undefined;
    try {
      if (message.type === "audio-track") return this.#announce(message);
      this.#take(message);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      void this.#session?.close(error.closeCode, error.message);
    }
    return undefined;
  }

  /** How it plays, as the engine says. */
  played(figures: PlayoutFigures): void {
    this.#figures = figures;
  }

  /**
   * When what was recorded at 0 of the sender's clock is heard here, on our clock, µs: a picture of that time is to be seen then. undefined
   * while nothing is heard.
   */
  get soundOffsetUs(): number | undefined {
    return this.#track?.muted === false ? (this.#figures?.offsetUs ?? undefined) : undefined;
  }

  /** Peak of the last tenth of a second, dB below full scale; undefined while nothing is played. */
  get peakDbfs(): number | undefined {
    return this.#track?.muted === false ? this.#figures?.peakDbfs : undefined;
  }

  stats(): IncomingAudioStats {
    const { playedUs = 0, concealedUs = 0, offsetUs, delayUs } = this.#figures ?? {};
    const clock = this.#session?.clock;
    const totalUs = playedUs + concealedUs;
    return {
      isOn: this.#track?.muted === false,
      isMuted: this.#track?.muted === true,
      channels: this.#track?.channels ?? 1,
      bitrateBps: this.#bitRate.perSecond(nowUs()),
      // offsetUs = heard − recorded on two clocks; the clock's offset is theirs − ours.
      latencyMs: typeof offsetUs === "number" && clock !== undefined ? (offsetUs + clock.offsetUs) / 1000 : undefined,
      jitterMs: delayUs === undefined ? undefined : delayUs / 1000,
      playedMs: Math.round(playedUs / 1000),
      concealedShare: totalUs === 0 ? 0 : concealedUs / totalUs,
      peakDbfs: this.peakDbfs,
    };
  }

  #announce(track: AudioTrackMessage): AudioTrackMessage {
    if (this.#track !== undefined && this.#track.track !== track.track) {
      throw new ProtocolError("too-many-tracks", "one track of sound is played, and another came");
    }
    // A microphone that is switched on again goes on with its stream.
    if (this.#track?.channels !== track.channels) this.#playout.play(track.channels === 1 ? 1 : 2);
    this.#track = track;
    return track;
  }

  #take(message: AudioMessage): void {
    if (this.#track?.track !== message.track) throw new ProtocolError("unannounced-track", "sound came before its track was announced");
    if (message.packet <= this.#newestPacket) {
      throw new ProtocolError("frame-order", `sound packet ${message.packet} after packet ${this.#newestPacket}`);
    }
    this.#newestPacket = message.packet;
    this.#bitRate.add(message.data.byteLength * 8, nowUs());
    this.#playout.push(message);
    const { track, packet } = message;
    const receivedUs = nowUs();
    clearTimeout(this.#reportTimer);
    if (receivedUs - this.#reportedUs >= reportIntervalUs) this.#report(track, packet, receivedUs);
    else this.#reportTimer = setTimeout(() => this.#report(track, packet, receivedUs), reportIntervalUs / 1000);
  }

  #report(track: number, packet: number, receivedUs: Micros): void {
    this.#reportedUs = nowUs();
    this.#session?.send({
      type: "audio-report",
      track,
      packet,
      receivedUs,
      jitterUs: Math.max(0, Math.round(this.#figures?.delayUs ?? 0)),
      concealedMs: Math.round((this.#figures?.concealedUs ?? 0) / 1000),
    });
  }
}
