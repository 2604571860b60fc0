// What is to be heard: a plain value that travels from the command line to the audio engine.

import type { SourceSpec } from "../capture/source-spec.ts";

/** A source of sound, as asked for. */
export type SoundSpec =
  | {
      readonly kind: "microphone";
      /** Id, name or part of the name; without it the user's default microphone. */
      readonly device?: string;
    }
  /** A beep at every full second of the clock, when the test card flashes. */
  | { readonly kind: "tone" }
  /** A video file's own sound. */
  | { readonly kind: "file"; readonly path: string; readonly loop: boolean };

/** The sound that goes with a picture: a microphone is listened to only where a camera looks. */
export function soundFor(source: SourceSpec, microphone: string | undefined): SoundSpec | undefined {
  if (microphone !== undefined) return { kind: "microphone", device: microphone };
  switch (source.kind) {
    case "camera":
      return { kind: "microphone" };
    case "testcard":
      return { kind: "tone" };
    case "file":
      return { kind: "file", path: source.path, loop: source.loop };
    case "url":
    case "motion":
      return undefined;
  }
}
