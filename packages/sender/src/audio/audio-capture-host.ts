// The recording half of an audio engine as the network process sees it: started when somebody wants to listen, with the microphone open only
// while somebody does and it is not muted. What it records follows the source that is shown.

import { isDeepStrictEqual } from "node:util";

import { type AudioMessage, type AudioTrackMessage, type Message, type ReceivedMessage, type Session } from "@simple-video-chat/protocol";
import { AudioEngine, audioEngineOf, audioTrack, type SoundTrouble, type StartAudioEngine } from "@simple-video-chat/protocol/engine";
import { type ChannelCount, silenceDbfs } from "@simple-video-chat/protocol/sound";

import { audioFormats, stereoFormats } from "./audio-rate.ts";
import type { CaptureAudioCommand, CaptureAudioEvent } from "./capture-audio-command.ts";
import { OutgoingAudio } from "./outgoing-audio.ts";
import type { OutgoingVideo } from "../outgoing-video.ts";
import type { OpusFormat } from "./opus-encoder.ts";
import { channelsIn, type SoundSpec } from "./sound-spec.ts";

/** The microphone is released this long after the last listener has left, as the camera is, ms. */
const idleCloseMs = 1500;

const startOwnEngine = audioEngineOf(new URL("../engine/audio-main.js", import.meta.url));

/** What a recording tells its owner. */
export interface AudioCaptureHostEvents {
  /** The source is open. */
  readonly onRecording: (name: string) => void;
  /** Is given what goes to those who listen, formats and packets, once; the data of a packet is only valid during the call. */
  readonly onSent?: (message: AudioTrackMessage | AudioMessage) => void;
  /** There is no sound (any more): a sentence for the user. Told once until there is again. */
  readonly onTrouble: (trouble: SoundTrouble) => void;
  /** The microphone is on and gives nothing. Told once. */
  readonly onSilent: () => void;
  /** What is shown has no sound: a sentence for the user. Told once. */
  readonly onNothing: (message: string) => void;
  /** There is no echo canceller: of two that speak only one is heard. */
  readonly onDucking: () => void;
  /** A link has room for the sound only: its picture waits. */
  readonly onSoundOnly: () => void;
}

/** Records for those who listen. */
export class AudioCaptureHost {
  #sound: SoundSpec | undefined;
  /** Of what is recorded, or was before there was nothing to record. */
  #channels: ChannelCount;
  readonly #events: AudioCaptureHostEvents;
  readonly #engine: AudioEngine;
  readonly #listeners = new Set<OutgoingAudio>();
  /** The source that was told of. */
  #toldName: string | undefined;
  /** What is wrong with it, that was told: a file in a loop has no sound each time. */
  #toldProblem: string | undefined;
  #isMuted = false;
  #isRecording = false;
  #level = 0;
  /** Packets before the present engine: one counts from 1. */
  #packetBase = 0;
  #packets = 0;
  /** A file: when its first picture was due; undefined while it is not shown. */
  #fileStartUs: number | undefined;
  #peakDbfs = silenceDbfs;
  #idleTimer: NodeJS.Timeout | undefined;

  /** @param sound what is heard at first, if anything is */
  constructor(sound: SoundSpec | undefined, events: AudioCaptureHostEvents, startEngine: StartAudioEngine = startOwnEngine) {
    this.#sound = sound;
    this.#channels = channelsIn(sound);
    this.#events = events;
    this.#engine = new AudioEngine(startEngine, {
      onMessage: (message) => this.#receive(message),
      onRestart: () => {
        this.#packetBase = this.#packets;
        if (this.#isRecording && this.#sound !== undefined) this.#record(this.#sound);
      },
      onTrouble: events.onTrouble,
    });
  }

  /** The engine's process id. */
  get enginePid(): number | undefined {
    return this.#engine.pid;
  }

  /** Whether the microphone is switched off. */
  get isMuted(): boolean {
    return this.#isMuted;
  }

  /** Peak of the last tenth of a second, dB below full scale; undefined while nothing is recorded. */
  get peakDbfs(): number | undefined {
    return this.#isRecording && !this.#engine.isGivenUp ? this.#peakDbfs : undefined;
  }

  /** Switches the microphone off, and releases it, or on. */
  mute(isMuted: boolean): void {
    if (isMuted === this.#isMuted) return;
    this.#isMuted = isMuted;
    for (const listener of this.#listeners) listener.setMuted(isMuted);
    this.#tellFormat();
    this.#update();
  }

  /**
   * Records something else, or nothing, from now on, for the same listeners, muted or not as before. What was open is released at once; a microphone
   * that stays the same stays open. The sound of a file begins with its pictures: see {@link followFile}.
   */
  setSound(sound: SoundSpec | undefined): void {
    // A file is begun anew, also when it is the same.
    if (sound?.kind !== "file" && isDeepStrictEqual(sound, this.#sound)) return;
    if (this.#isRecording) this.#stop();
    this.#sound = sound;
    this.#fileStartUs = undefined;
    this.#toldName = undefined;
    this.#toldProblem = undefined;
    if (sound === undefined) this.#events.onNothing("What you show now has no sound.");
    else this.#setChannels(channelsIn(sound));
    this.#update();
  }

  /** The file that is shown begins now, or again: its first picture was due at this instant; undefined: it is not shown any more. */
  followFile(startUs: number | undefined): void {
    this.#fileStartUs = startUs;
    if (this.#sound?.kind !== "file") return;
    // A file in a loop is heard from its beginning again.
    if (this.#isRecording && startUs !== undefined) this.#record(this.#sound);
    else this.#update();
  }

  /**
   * Sends what is recorded over `session` to whoever wants to hear it, for as long as both live.
   * @param picture gives way to the sound where there is room for one of them only
   */
  sendOver(session: Session, picture: Pick<OutgoingVideo, "hold" | "targetBitrateBps">): void {
    let isHeld = false;
    const audio: OutgoingAudio = new OutgoingAudio(session, () => {
      this.#onRate();
      if (audio.rate.holdsPicture === isHeld) return;
      isHeld = audio.rate.holdsPicture;
      picture.hold(isHeld);
      if (isHeld) this.#events.onSoundOnly();
    });
    if (this.#isMuted) audio.setMuted(true);
    session.on("live", ({ negotiated }) => {
      if (!negotiated.sendAudio) return;
      audio.connected(this.#channels);
      this.#listeners.add(audio);
      this.#tellFormat();
      this.#update();
    });
    const leave = (): void => {
      isHeld = false;
      picture.hold(false);
      audio.disconnected();
      this.#listeners.delete(audio);
      this.#update();
    };
    session.on("message", (message: ReceivedMessage) => audio.receive(message, picture.targetBitrateBps));
    session.on("reconnecting", leave);
    session.on("closed", leave);
  }

  /** Ends it; resolves when the engine's process is gone. */
  async close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    await this.#engine.stop();
  }

  #update(): void {
    clearTimeout(this.#idleTimer);
    // Without its pictures a file has nothing to begin with.
    const sound = this.#sound?.kind === "file" && this.#fileStartUs === undefined ? undefined : this.#sound;
    if (sound !== undefined && !this.#isMuted && this.#listeners.size > 0) {
      if (!this.#isRecording) this.#record(sound);
    } else if (this.#isRecording) {
      // Who left may be back; who mutes, or shows something else, wants it off now.
      if (sound !== undefined && !this.#isMuted) this.#idleTimer = setTimeout(() => this.#stop(), idleCloseMs);
      else this.#stop();
    }
  }

  #record(sound: SoundSpec): void {
    this.#isRecording = true;
    const startUs = sound.kind === "file" ? this.#fileStartUs : undefined;
    this.#command({ command: "record", sound, format: this.#format, ...(startUs !== undefined && { startUs }) });
  }

  #stop(): void {
    this.#isRecording = false;
    this.#peakDbfs = silenceDbfs;
    this.#command({ command: "record-stop" });
  }

  /** One encoder serves all: it makes what the poorest link takes, which is good speech still. */
  #onRate(): void {
    const level = Math.max(0, ...[...this.#listeners].map(({ rate }) => rate.level));
    if (level === this.#level) return;
    this.#level = level;
    this.#command({ command: "record-format", format: this.#format });
  }

  #setChannels(channels: ChannelCount): void {
    if (channels === this.#channels) return;
    this.#channels = channels;
    for (const listener of this.#listeners) listener.setChannels(channels);
    this.#tellFormat();
  }

  get #format(): OpusFormat {
    const formats = this.#channels === 1 ? audioFormats : stereoFormats;
    return formats[this.#level] ?? { bitrateBps: 32_000, packetMs: 20 };
  }

  #command(command: CaptureAudioCommand): void {
    this.#engine.command(command);
  }

  #receive(message: Message): void {
    if (message.type === "audio") this.#distribute(message);
    else if (message.type === "engine-event") this.#onEvent(message.value as unknown as CaptureAudioEvent);
  }

  #distribute(message: AudioMessage): void {
    // What was on its way when the microphone was switched off, or something else was shown, is not sent any more.
    if (!this.#isRecording) return;
    this.#packets = this.#packetBase + message.packet;
    const packet = { ...message, packet: this.#packets };
    for (const listener of this.#listeners) listener.offer(packet);
    if (this.#listeners.size > 0) this.#events.onSent?.(packet);
  }

  #tellFormat(): void {
    if (this.#listeners.size === 0) return;
    this.#events.onSent?.({ type: "audio-track", track: audioTrack, channels: this.#channels, muted: this.#isMuted });
  }

  #onEvent(event: CaptureAudioEvent): void {
    // What is still said of a source that was released.
    if (!this.#isRecording) return;
    switch (event.event) {
      case "recording":
        // A film that begins again is nothing new.
        if (event.name !== this.#toldName) this.#events.onRecording(event.name);
        this.#toldName = event.name;
        this.#toldProblem = undefined;
        break;
      case "record-failed":
        this.#toldName = undefined;
        if (event.message !== this.#toldProblem) this.#events.onTrouble({ code: event.code, message: event.message, isFinal: false });
        this.#toldProblem = event.message;
        break;
      case "record-level":
        this.#peakDbfs = event.peakDbfs;
        break;
      case "record-silent":
        this.#events.onSilent();
        break;
      case "record-nothing":
        if (event.message !== this.#toldProblem) this.#events.onNothing(event.message);
        this.#toldProblem = event.message;
        break;
      case "ducking":
        this.#events.onDucking();
        break;
    }
  }
}
