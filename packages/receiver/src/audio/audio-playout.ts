// The playing half of an audio engine: packets → sound → speaker. Holds a speaker open as long as it is wanted, and takes it up again when it
// comes back. The speaker's clock is the one that everything goes by: it asks, and what there is is played.

import { type AudioMessage, type Micros, nowUs } from "@simple-video-chat/protocol";
import { LevelMeter, type OpenSoundDevice, SoundError, type SpeakerEvents } from "@simple-video-chat/protocol/sound";

import { DecodeError } from "../errors.ts";
import { type OpusDecoder, openOpusDecoder } from "./opus-decoder.ts";
import type { PlayoutCommand, PlayoutEvent } from "./playout-command.ts";
import { SoundStream } from "./sound-stream.ts";
import { openSpeaker } from "./speaker.ts";

/** A device that is not there is looked for this often, ms. */
const retryMs = 2000;
/** Blocks between two reports of the figures: 10 a second, as often as a meter that follows speech has to move. */
const figuresBlocks = 10;

/** Where the results of a playing half go. */
export interface AudioPlayoutSink {
  readonly onEvent: (event: PlayoutEvent) => void;
  /** What is about to be heard: an echo canceller's reference. */
  readonly onPlayed?: (block: Float32Array) => void;
}

/** The playing half. */
export class AudioPlayout {
  readonly #sink: AudioPlayoutSink;
  readonly #open: typeof openSpeaker;
  readonly #level = new LevelMeter();
  #wanted: Extract<PlayoutCommand, { command: "play" }> | undefined;
  #speaker: OpenSoundDevice | undefined;
  #decoder: OpusDecoder | undefined;
  #stream: SoundStream | undefined;
  #retry: NodeJS.Timeout | undefined;
  #hasFailed = false;
  #gain = 1;
  /** The gain at the end of the last block: it changes over one, without a click. */
  #reachedGain = 1;
  #blocks = 0;
  /** Commands are carried out one after the other. */
  #working: Promise<void> = Promise.resolve();

  constructor(sink: AudioPlayoutSink, open: typeof openSpeaker = openSpeaker) {
    this.#sink = sink;
    this.#open = open;
  }

  /** Carries out a command; resolves when it is done. */
  obey(command: PlayoutCommand): Promise<void> {
    this.#working = this.#working.then(async () => {
      switch (command.command) {
        case "play":
          await this.#play(command);
          break;
        case "volume":
          this.#gain = command.gain;
          break;
        case "play-stop":
          this.#wanted = undefined;
          this.#release();
          break;
      }
    });
    return this.#working;
  }

  /** Takes a packet of the present stream; its data is copied. */
  push(packet: AudioMessage): void {
    this.#stream?.push({ ...packet, data: Uint8Array.from(packet.data) }, nowUs());
  }

  async #play(command: Extract<PlayoutCommand, { command: "play" }>): Promise<void> {
    const isSameDevice = this.#wanted?.device === command.device && this.#wanted?.channels === command.channels;
    this.#wanted = command;
    try {
      this.#decoder?.close();
      this.#decoder = await openOpusDecoder(command.channels);
      this.#stream = new SoundStream(this.#decoder, command.channels);
    } catch (error) {
      return this.#fail(error);
    }
    if (isSameDevice && this.#speaker !== undefined) return;
    this.#release();
    this.#hasFailed = false;
    await this.#start(command);
  }

  async #start({ device, channels }: Extract<PlayoutCommand, { command: "play" }>): Promise<void> {
    try {
      const events: SpeakerEvents = {
        onBlock: (block, audibleUs) => this.#fill(block, audibleUs),
        onMoved: (name) => this.#sink.onEvent({ event: "playing", name }),
        onGone: (reason) => this.#fail(new SoundError("sound-device-failed", `The speaker is gone: ${reason}.`)),
      };
      this.#speaker = await this.#open({ device, channels }, events);
      this.#hasFailed = false;
      this.#sink.onEvent({ event: "playing", name: this.#speaker.name });
    } catch (error) {
      this.#fail(error);
    }
  }

  #fill(block: Float32Array, audibleUs: Micros): void {
    this.#stream?.read(block, nowUs(), audibleUs);
    this.#level.push(block);
    if (this.#gain !== 1 || this.#reachedGain !== 1) this.#amplify(block);
    this.#sink.onPlayed?.(block);
    if (++this.#blocks % figuresBlocks === 0) this.#tell();
  }

  #amplify(block: Float32Array): void {
    const step = (this.#gain - this.#reachedGain) / block.length;
    for (let at = 0; at < block.length; at++) block[at] = (block[at] ?? 0) * (this.#reachedGain + step * (at + 1));
    this.#reachedGain = this.#gain;
  }

  #tell(): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    const { playedUs, concealedUs, late, dropped } = stream.counts;
    const peakDbfs = this.#level.read();
    const figures = { offsetUs: stream.offsetUs ?? null, ...stream.delays, playedUs, concealedUs, late, dropped, peakDbfs };
    this.#sink.onEvent({ event: "playout", figures });
  }

  #fail(error: unknown): void {
    this.#release();
    const code = error instanceof SoundError || error instanceof DecodeError ? error.code : "engine-failed";
    const message = error instanceof Error ? error.message : String(error);
    if (!this.#hasFailed) this.#sink.onEvent({ event: "play-failed", code, message });
    this.#hasFailed = true;
    this.#retry = setTimeout(() => {
      const wanted = this.#wanted;
      if (wanted !== undefined) this.#working = this.#working.then(() => (this.#speaker === undefined ? this.#start(wanted) : undefined));
    }, retryMs);
  }

  #release(): void {
    clearTimeout(this.#retry);
    this.#speaker?.close();
    this.#speaker = undefined;
  }
}
