// The recording half of an audio engine: source → (echo canceller) → encoder → packets. Holds a source open as long as it is wanted, and
// takes it up again when it comes back.

import { type AudioMessage, type Micros, micros } from "@simple-video-chat/protocol";
import { LevelMeter, type OpenSoundDevice, silenceDbfs, SilenceDetector, SoundError } from "@simple-video-chat/protocol/sound";

import { EncoderError } from "../errors.ts";
import type { CaptureAudioCommand, CaptureAudioEvent } from "./capture-audio-command.ts";
import { type NoiseSuppressor, noiseSuppressorDelayUs, openNoiseSuppressor } from "./noise-suppressor.ts";
import { openSound } from "./open-sound.ts";
import { PacketMaker } from "./packet-maker.ts";

/** A device that is not there is looked for this often, ms. */
const defaultRetryMs = 2000;
/** Blocks between two readings of the level: 10 a second, as often as a meter that follows speech has to move. */
const levelBlocks = 10;

/** Where the results of a recording go. */
export interface AudioCaptureSink {
  readonly onPacket: (packet: AudioMessage) => void;
  readonly onEvent: (event: CaptureAudioEvent) => void;
  /** What is done to a block before it is encoded; the result is valid until the next call. */
  readonly process?: (block: Float32Array, captureUs: Micros) => Float32Array;
}

/** The recording half. */
export class AudioCapture {
  readonly #sink: AudioCaptureSink;
  readonly #open: typeof openSound;
  readonly #retryMs: number;
  readonly #level = new LevelMeter();
  #silence: SilenceDetector | undefined;
  #wasSilent = false;
  #suppressor: NoiseSuppressor | undefined;
  #blocks = 0;
  #wanted: Extract<CaptureAudioCommand, { command: "record" }> | undefined;
  #source: OpenSoundDevice | undefined;
  #maker: PacketMaker | undefined;
  #retry: NodeJS.Timeout | undefined;
  #hasFailed = false;
  /** Commands are carried out one after the other. */
  #working: Promise<void> = Promise.resolve();

  constructor(sink: AudioCaptureSink, open: typeof openSound = openSound, retryMs: number = defaultRetryMs) {
    this.#sink = sink;
    this.#open = open;
    this.#retryMs = retryMs;
  }

  /** Carries out a command; resolves when it is done. */
  obey(command: CaptureAudioCommand): Promise<void> {
    this.#working = this.#working.then(async () => {
      switch (command.command) {
        case "record":
          this.#release();
          this.#wanted = command;
          this.#hasFailed = false;
          await this.#start(command);
          break;
        case "record-format":
          if (this.#wanted !== undefined) this.#wanted = { ...this.#wanted, format: command.format };
          await this.#maker?.setFormat(command.format).catch((error: unknown) => this.#fail(error));
          break;
        case "record-stop":
          this.#wanted = undefined;
          this.#release();
          break;
      }
    });
    return this.#working;
  }

  async #start(wanted: Extract<CaptureAudioCommand, { command: "record" }>): Promise<void> {
    try {
      this.#maker ??= new PacketMaker(wanted.format, this.#sink.onPacket);
      await this.#maker.setFormat(wanted.format);
      const { sound } = wanted;
      this.#silence = sound.kind === "microphone" ? new SilenceDetector() : undefined;
      if (sound.kind === "microphone" && sound.suppressNoise === true) this.#suppressor ??= await openNoiseSuppressor();
      this.#source = await this.#open(wanted.sound, wanted.startUs, {
        onBlock: (block, captureUs) => this.#take(block, captureUs),
        onMoved: (name) => this.#sink.onEvent({ event: "recording", name }),
        onGone: (reason) => this.#lost(reason),
      });
      this.#hasFailed = false;
      this.#sink.onEvent({ event: "recording", name: this.#source.name });
    } catch (error) {
      this.#fail(error);
    }
  }

  #take(block: Float32Array, captureUs: Micros): void {
    this.#watchSilence(block);
    const recorded = this.#sink.process?.(block, captureUs) ?? block;
    const processed = this.#suppressor?.process(recorded) ?? recorded;
    this.#level.push(processed);
    if (++this.#blocks % levelBlocks === 0) this.#sink.onEvent({ event: "record-level", peakDbfs: this.#level.read() });
    try {
      this.#maker?.push(processed, this.#suppressor === undefined ? captureUs : micros(captureUs - noiseSuppressorDelayUs));
    } catch (error) {
      this.#fail(error);
    }
  }

  #watchSilence(block: Float32Array): void {
    this.#silence?.push(block);
    const isSilent = this.#silence?.isSilent ?? false;
    if (isSilent && !this.#wasSilent) this.#sink.onEvent({ event: "record-silent" });
    this.#wasSilent = isSilent;
  }

  #lost(reason: string): void {
    if (reason !== "") return this.#fail(new SoundError("sound-device-failed", `The microphone is gone: ${reason}.`));
    // A file without more sound is no failure, and does not come back.
    this.#release();
    this.#sink.onEvent({ event: "record-level", peakDbfs: silenceDbfs });
  }

  #fail(error: unknown): void {
    this.#release();
    if (error instanceof SoundError && error.code === "no-sound-track") {
      this.#sink.onEvent({ event: "record-nothing", message: error.message });
      return;
    }
    const code = error instanceof SoundError || error instanceof EncoderError ? error.code : "engine-failed";
    const message = error instanceof Error ? error.message : String(error);
    if (!this.#hasFailed) this.#sink.onEvent({ event: "record-failed", code, message });
    this.#hasFailed = true;
    // A file is no device that comes back by itself.
    if (this.#wanted?.sound.kind === "file") return;
    this.#retry = setTimeout(() => {
      const wanted = this.#wanted;
      if (wanted !== undefined) this.#working = this.#working.then(() => (this.#source === undefined ? this.#start(wanted) : undefined));
    }, this.#retryMs);
  }

  #release(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
    this.#suppressor?.close();
    this.#suppressor = undefined;
    this.#maker?.interrupt();
  }
}
