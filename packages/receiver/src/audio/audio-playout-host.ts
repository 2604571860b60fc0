// The playing half of an audio engine as the network process sees it: started when there is sound to play; packets go in,
// figures come out.

import { type AudioMessage, type Message } from "@simple-video-chat/protocol";
import { AudioEngine, audioEngineOf, audioTrack, type SoundTrouble, type StartAudioEngine } from "@simple-video-chat/protocol/engine";

import type { ChannelCount } from "@simple-video-chat/protocol/sound";

import type { PlayoutCommand, PlayoutEvent, PlayoutFigures } from "./playout-command.ts";

const startOwnEngine = audioEngineOf(new URL("../engine/audio-main.js", import.meta.url));

/** What a playout tells its owner. */
export interface AudioPlayoutHostEvents {
  /** The speaker is open. */
  readonly onPlaying: (name: string) => void;
  readonly onFigures: (figures: PlayoutFigures) => void;
  /** Nothing is heard (any more): a sentence for the user. Told once until it is again. */
  readonly onTrouble: (trouble: SoundTrouble) => void;
}

/** Plays what comes. */
export class AudioPlayoutHost {
  readonly #device: string | undefined;
  readonly #events: AudioPlayoutHostEvents;
  readonly #engine: AudioEngine;
  /** Of the present stream; undefined while nothing is played. */
  #channels: ChannelCount | undefined;
  #gain = 1;

  /** @param device id, name or part of the name; without it the user's default speaker */
  constructor(device: string | undefined, events: AudioPlayoutHostEvents, startEngine: StartAudioEngine = startOwnEngine) {
    this.#device = device;
    this.#events = events;
    this.#engine = new AudioEngine(startEngine, {
      onMessage: (message) => this.#receive(message),
      onRestart: () => {
        if (this.#channels !== undefined) this.play(this.#channels);
      },
      onTrouble: events.onTrouble,
    });
  }

  /** The engine's process id. */
  get enginePid(): number | undefined {
    return this.#engine.pid;
  }

  /** From 0 to 2; 1 is as loud as it was recorded. */
  get gain(): number {
    return this.#gain;
  }

  /** A new stream of packets begins, which have so many channels at most. */
  play(channels: ChannelCount): void {
    this.#channels = channels;
    this.#command({ command: "play", channels, ...(this.#device !== undefined && { device: this.#device }) });
    this.#command({ command: "volume", gain: this.#gain });
  }

  /** Takes a packet of it. */
  push(packet: AudioMessage): void {
    this.#engine.send({ ...packet, track: audioTrack });
  }

  setGain(gain: number): void {
    this.#gain = gain;
    if (this.#channels !== undefined) this.#command({ command: "volume", gain });
  }

  /** Releases the speaker. */
  stop(): void {
    if (this.#channels === undefined) return;
    this.#channels = undefined;
    this.#command({ command: "play-stop" });
  }

  /** Ends it; resolves when the engine's process is gone. */
  async close(): Promise<void> {
    await this.#engine.stop();
  }

  #command(command: PlayoutCommand): void {
    this.#engine.command(command);
  }

  #receive(message: Message): void {
    if (message.type !== "engine-event") return;
    const event = message.value as unknown as PlayoutEvent;
    switch (event.event) {
      case "playing":
        this.#events.onPlaying(event.name);
        break;
      case "play-failed":
        this.#events.onTrouble({ code: event.code, message: event.message, isFinal: false });
        break;
      case "playout":
        this.#events.onFigures(event.figures);
        break;
    }
  }
}
