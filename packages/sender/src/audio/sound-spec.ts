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
  /** A video file's own sound, in time with its pictures while it is the source; otherwise nothing of it is heard. */
  | { readonly kind: "file"; readonly path: string };

/** What is heard: always the same, or what goes with the source that is shown, if anything does. */
export type SoundChoice = SoundSpec | ((source: SourceSpec) => SoundSpec | undefined);

/** What is heard with `source`, if anything is. */
export function soundWith(source: SourceSpec, choice: SoundChoice | undefined): SoundSpec | undefined {
  return typeof choice === "function" ? choice(source) : choice;
}

/** The options of the command line about a microphone. */
export interface MicrophoneArguments {
  readonly audio: boolean;
  readonly microphone?: string | undefined;
  readonly noiseSuppression: boolean;
  readonly headphones?: boolean | undefined;
}

/**
 * The sound that goes with each source, as a command line asks for it: a microphone is listened to where a camera looks or the screen is shown; files
 * and the test card have their own; a moving scene and a URL have none. A microphone that is named is listened to whatever is shown.
 */
export function soundFor(args: MicrophoneArguments): SoundChoice | undefined {
  if (!args.audio) return undefined;
  const { microphone: device, noiseSuppression: suppressNoise, headphones = false } = args;
  if (device !== undefined) return { kind: "microphone", device, suppressNoise, headphones };
  return (source) => {
    switch (source.kind) {
      case "camera":
      case "screen":
        return { kind: "microphone", suppressNoise, headphones };
      case "testcard":
        return { kind: "tone" };
      case "file":
        return { kind: "file", path: source.path };
      case "url":
      case "motion":
        return undefined;
    }
  };
}
