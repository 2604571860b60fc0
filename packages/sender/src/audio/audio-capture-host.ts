// The recording half of an audio engine as the network process sees it: started when somebody wants to listen, with the microphone open only
// while somebody does and it is not muted.

import { type AudioMessage, type AudioTrackMessage, type Message, type ReceivedMessage, type Session } from "@simple-video-chat/protocol";
import { AudioEngine, audioEngineOf, audioTrack, type SoundTrouble, type StartAudioEngine } from "@simple-video-chat/protocol/engine";
import { silenceDbfs } from "@simple-video-chat/protocol/sound";

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
  /** There is no echo canceller: of two that speak only one is heard. */
  readonly onDucking: () => void;
  /** A link has room for the sound only: its picture waits. */
  readonly onSoundOnly: () => void;
}

/** Records for those who listen. */
export class AudioCaptureHost {
  readonly #sound: SoundSpec;
  readonly #events: AudioCaptureHostEvents;
  readonly #engine: AudioEngine;
  readonly #listeners = new Set<OutgoingAudio>();
  /** The source that was told of. */
  #toldName: string | undefined;
  #isMuted = false;
  #isRecording = false;
  #level = 0;
  /** Packets before the present engine: one counts from 1. */
  #packetBase = 0;
  #packets = 0;
  #startUs: number | undefined;
  #peakDbfs = silenceDbfs;
  #idleTimer: NodeJS.Timeout | undefined;

  /** @throws RangeError for what no microphone can do: stereo with noise suppression */
  constructor(sound: SoundSpec, events: AudioCaptureHostEvents, startEngine: StartAudioEngine = startOwnEngine) {
    if (sound.kind === "microphone" && sound.stereo === true && sound.suppressNoise === true)
      throw new RangeError("Noise suppression knows one channel only: ask for stereo or for suppressNoise.");
    this.#sound = sound;
    this.#events = events;
    this.#engine = new AudioEngine(startEngine, {
      onMessage: (message) => this.#receive(message),
      onRestart: () => {
        this.#packetBase = this.#packets;
        if (this.#isRecording) this.#record();
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

  /** A file begins now, or again: its first picture was due at this instant. */
  beginFile(startUs: number): void {
    this.#startUs = startUs;
    if (this.#isRecording && this.#sound.kind === "file") this.#record();
  }

  /**
   * Sends what is recorded over `session` to whoever wants to hear it, for as long as both live.
   * @param picture gives way to the sound where there is room for one of them only
   */
  sendOver(session: Session, picture: Pick<OutgoingVideo, "hold">): void {
    let isHeld = false;
    const audio: OutgoingAudio = new OutgoingAudio(session, channelsIn(this.#sound), () => {
      this.#onRate();
      if (audio.rate.holdsPicture === isHeld) return;
      isHeld = audio.rate.holdsPicture;
      picture.hold(isHeld);
      if (isHeld) this.#events.onSoundOnly();
    });
    if (this.#isMuted) audio.setMuted(true);
    session.on("live", ({ negotiated }) => {
      if (!negotiated.sendAudio) return;
      audio.connected();
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
    session.on("message", (message: ReceivedMessage) => audio.receive(message));
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
    const isWanted = this.#listeners.size > 0 && !this.#isMuted;
    if (isWanted && !this.#isRecording) this.#record();
    if (isWanted || !this.#isRecording) return;
    // Who mutes wants it off now; who left may be back.
    if (this.#isMuted) this.#stop();
    else this.#idleTimer = setTimeout(() => this.#stop(), idleCloseMs);
  }

  #record(): void {
    // Without its pictures a file has nothing to begin with.
    if (this.#sound.kind === "file" && this.#startUs === undefined) {
      this.#isRecording = true;
      return;
    }
    this.#isRecording = true;
    this.#command({
      command: "record",
      sound: this.#sound,
      format: this.#format,
      ...(this.#startUs !== undefined && { startUs: this.#startUs }),
    });
  }

  #stop(): void {
    this.#isRecording = false;
    this.#startUs = undefined;
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

  get #format(): OpusFormat {
    const formats = channelsIn(this.#sound) === 1 ? audioFormats : stereoFormats;
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
    // What was on its way when the microphone was switched off is not sent any more.
    if (this.#isMuted) return;
    this.#packets = this.#packetBase + message.packet;
    const packet = { ...message, packet: this.#packets };
    for (const listener of this.#listeners) listener.offer(packet);
    if (this.#listeners.size > 0) this.#events.onSent?.(packet);
  }

  #tellFormat(): void {
    if (this.#listeners.size === 0) return;
    this.#events.onSent?.({ type: "audio-track", track: audioTrack, channels: channelsIn(this.#sound), muted: this.#isMuted });
  }

  #onEvent(event: CaptureAudioEvent): void {
    switch (event.event) {
      case "recording":
        // A film that begins again is nothing new.
        if (event.name !== this.#toldName) this.#events.onRecording(event.name);
        this.#toldName = event.name;
        break;
      case "record-failed":
        this.#toldName = undefined;
        this.#events.onTrouble({ code: event.code, message: event.message, isFinal: false });
        break;
      case "record-level":
        this.#peakDbfs = event.peakDbfs;
        break;
      case "record-silent":
        this.#events.onSilent();
        break;
      case "ducking":
        this.#events.onDucking();
        break;
    }
  }
}
