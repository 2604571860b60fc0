// What the network process and the audio engine say to each other about what is recorded: the JSON of engine-configure and engine-event.

import type { SoundErrorCode } from "@simple-video-chat/protocol/sound";

import type { EncoderErrorCode } from "../errors.ts";
import type { OpusFormat } from "./opus-encoder.ts";
import type { SoundSpec } from "./sound-spec.ts";

/** From the network process to the audio engine. */
export type CaptureAudioCommand =
  /** Opens the source and keeps it open: it is tried again when it fails or goes away. */
  | {
      readonly command: "record";
      readonly sound: SoundSpec;
      readonly format: OpusFormat;
      /** A file: when its first sample is due. */
      readonly startUs?: number;
    }
  | { readonly command: "record-format"; readonly format: OpusFormat }
  /** Releases the source. */
  | { readonly command: "record-stop" };

/** From the audio engine to the network process. */
export type CaptureAudioEvent =
  | { readonly event: "recording"; readonly name: string }
  /** It does not work (any more); told once until it does. */
  | { readonly event: "record-failed"; readonly code: SoundErrorCode | EncoderErrorCode | "engine-failed"; readonly message: string }
  /** The microphone has given nothing for 5 s. Told once until it does. */
  | { readonly event: "record-silent" }
  /** A file without a sound track: a sentence for the user. */
  | { readonly event: "record-nothing"; readonly message: string }
  /** There is no echo canceller: of two that speak only one is heard. */
  | { readonly event: "ducking" }
  /** Ten times a second while recording: the peak since the last time, in dB below full scale. */
  | { readonly event: "record-level"; readonly peakDbfs: number };
