// What is to be heard: a plain value that travels from the command line to the audio engine.

import type { ChannelCount } from "@simple-video-chat/protocol/sound";

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
      /** In two channels, but not with suppressNoise, which knows one. Default false. */
      readonly stereo?: boolean;
    }
  /** A beep at every full second of the clock, when the test card flashes; in stereo on the left and on the right in turns. */
  | { readonly kind: "tone"; readonly stereo?: boolean }
  /** A video file's own sound, in time with its pictures while it is the source; otherwise nothing of it is heard. */
  | { readonly kind: "file"; readonly path: string; readonly stereo?: boolean };

/** How many channels it is recorded in. */
export function channelsIn(sound: SoundSpec | undefined): ChannelCount {
  const suppressesNoise = sound?.kind === "microphone" && sound.suppressNoise === true;
  return sound?.stereo === true && !suppressesNoise ? 2 : 1;
}

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
  readonly stereo?: boolean | undefined;
}

/**
 * The sound that goes with each source, as a command line asks for it: a microphone is listened to where a camera looks or the screen is shown; files
 * and the test card have their own; a moving scene and a URL have none. A microphone that is named is listened to whatever is shown.
 */
export function soundFor(args: MicrophoneArguments): SoundChoice | undefined {
  if (!args.audio) return undefined;
  const { microphone: device, noiseSuppression: suppressNoise, headphones = false, stereo = false } = args;
  if (device !== undefined) return { kind: "microphone", device, suppressNoise, headphones, stereo };
  return (source) => {
    switch (source.kind) {
      case "camera":
      case "screen":
        return { kind: "microphone", suppressNoise, headphones, stereo };
      case "testcard":
        return { kind: "tone", stereo };
      case "file":
        return { kind: "file", path: source.path, stereo };
      case "url":
      case "motion":
        return undefined;
    }
  };
}
