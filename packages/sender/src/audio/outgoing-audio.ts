// One receiver's share of the sound: its track, its packets, and what its link takes.

import { type AudioMessage, type Micros, nowUs, type ReceivedMessage, type Session } from "@simple-video-chat/protocol";
import { audioTrack } from "@simple-video-chat/protocol/engine";
import type { ChannelCount } from "@simple-video-chat/protocol/sound";

import { AudioRate } from "./audio-rate.ts";

/** Packets whose time of sending is remembered until they are reported: 5 s of the shortest. */
const maxRemembered = 512;

/**
 * Sound that was sent and not reported may be this old, beyond the round trip: twice the time between reports, and a stall. Systems swallow
 * seconds of it before they say that a link is slow; what is added then is heard too late.
 */
const maxUnreportedUs = 600_000;

/** What an outgoing sound needs of its session. */
export type OutgoingAudioSession = Pick<Session, "send" | "clock">;

/** The sound to one receiver. */
export class OutgoingAudio {
  readonly #session: OutgoingAudioSession;
  #channels: ChannelCount = 1;
  readonly #onRate: () => void;
  readonly #now: () => Micros;
  /** When packets of which nothing was heard yet were sent: what a device adds, or a busy engine, is not the link's. */
  readonly #unreported = new Map<number, Micros>();
  #rate = new AudioRate();
  #isConnected = false;
  #muted = false;
  #sent = 0;
  #notSent = 0;

  /** @param onRate the format or the picture's leave may have changed */
  constructor(session: OutgoingAudioSession, onRate: () => void, now: () => Micros = nowUs) {
    this.#now = now;
    this.#session = session;
    this.#onRate = onRate;
  }

  /** What this receiver's link takes. */
  get rate(): Pick<AudioRate, "level" | "holdsPicture" | "delayUs"> {
    return this.#rate;
  }

  /** Packets that were sent, and those for which there was no room. */
  get counts(): { readonly sent: number; readonly notSent: number } {
    return { sent: this.#sent, notSent: this.#notSent };
  }

  /** A connection is up whose other end wants sound. @param channels the most that packets have */
  connected(channels: ChannelCount): void {
    this.#channels = channels;
    this.#isConnected = true;
    this.#rate = new AudioRate();
    this.#unreported.clear();
    this.#announce();
  }

  disconnected(): void {
    this.#isConnected = false;
  }

  /** The microphone was switched off or on. */
  setMuted(muted: boolean): void {
    this.#muted = muted;
    this.#announce();
  }

  /** What is recorded has other channels from now on. */
  setChannels(channels: ChannelCount): void {
    if (channels === this.#channels) return;
    this.#channels = channels;
    this.#announce();
  }

  /** Sends a packet, or leaves it out when the link is full. */
  offer(packet: AudioMessage): void {
    if (!this.#isConnected) return;
    const now = this.#now();
    if (this.#unreportedUs(now) > maxUnreportedUs + (this.#session.clock?.rttUs ?? 0) || !this.#session.send(packet)) {
      this.#notSent++;
      return;
    }
    this.#sent++;
    this.#unreported.set(packet.packet, now);
    if (this.#unreported.size > maxRemembered) this.#unreported.delete(packet.packet - maxRemembered);
  }

  /** Handles what the receiver says of the sound. @param pictureBps what the picture beside it is given, bits a second */
  receive(message: ReceivedMessage, pictureBps: number): void {
    if (message.type !== "audio-report" || message.track !== audioTrack) return;
    const sentUs = this.#unreported.get(message.packet);
    if (sentUs === undefined) return;
    for (const packet of this.#unreported.keys()) if (packet <= message.packet) this.#unreported.delete(packet);
    const { receivedUs, concealedMs } = message;
    this.#rate.onReport({ wayUs: receivedUs - sentUs, concealedMs, pictureBps }, this.#now());
    this.#onRate();
  }

  /** Age of the oldest packet of which nothing was heard. */
  #unreportedUs(atUs: Micros): number {
    const [oldestUs] = this.#unreported.values();
    return oldestUs === undefined ? 0 : Math.max(0, atUs - oldestUs);
  }

  #announce(): void {
    if (!this.#isConnected) return;
    this.#session.send({ type: "audio-track", track: audioTrack, channels: this.#channels, muted: this.#muted });
  }
}
