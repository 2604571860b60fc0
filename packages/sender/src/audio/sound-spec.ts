// What is to be heard: a plain value that travels from the command line to the audio engine.

import type { SourceSpec } from "../capture/source-spec.ts";

/** A source of sound, as asked for. */
export type SoundSpec =
  | {
      readonly kind: "microphone";
      /** Id, name or part of the name; without it the user's default microphone. */
      readonly device?: string;
      /** Nothing of the loudspeaker reaches it: its echo need not be cancelled. Default false. */
      readonly headphones?: boolean;
      /** Fans, keyboards and the street are taken out. Default false. */
      readonly suppressNoise?: boolean;
    }
  /** A beep at every full second of the clock, when the test card flashes. */
  | { readonly kind: "tone" }
  /** A video file's own sound. */
  | { readonly kind: "file"; readonly path: string; readonly loop: boolean };

/** The options of the command line about a microphone. */
export interface MicrophoneArguments {
  readonly audio: boolean;
  readonly microphone?: string | undefined;
  readonly noiseSuppression: boolean;
  readonly headphones?: boolean | undefined;
}

/** The sound that goes with a picture, if any: a microphone is listened to only where a camera looks, or where one is named. */
export function soundFor(source: SourceSpec, args: MicrophoneArguments): SoundSpec | undefined {
  if (!args.audio) return undefined;
  const { microphone: device, noiseSuppression: suppressNoise, headphones = false } = args;
  if (device !== undefined) return { kind: "microphone", device, suppressNoise, headphones };
  switch (source.kind) {
    case "camera":
    case "screen":
      return { kind: "microphone", suppressNoise, headphones };
    case "testcard":
      return { kind: "tone" };
    case "file":
      return { kind: "file", path: source.path, loop: source.loop };
    case "url":
    case "motion":
      return undefined;
  }
}
