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
      /** In two channels; not with suppressNoise, which has one. Default false. */
      readonly stereo?: boolean;
    }
  /** A beep at every full second of the clock, when the test card flashes; in stereo the even ones on the left. */
  | { readonly kind: "tone"; readonly stereo?: boolean }
  /** A video file's own sound. */
  | { readonly kind: "file"; readonly path: string; readonly loop: boolean; readonly stereo?: boolean };

/** How many channels it has. */
export function channelsIn({ stereo }: SoundSpec): ChannelCount {
  return stereo === true ? 2 : 1;
}

/** The options of the command line about a microphone. */
export interface MicrophoneArguments {
  readonly audio: boolean;
  readonly microphone?: string | undefined;
  readonly noiseSuppression: boolean;
  readonly headphones?: boolean | undefined;
  readonly stereo: boolean;
}

/** The sound that goes with a picture, if any: a microphone is listened to only where a camera looks, or where one is named. */
export function soundFor(source: SourceSpec, args: MicrophoneArguments): SoundSpec | undefined {
  if (!args.audio) return undefined;
  const { microphone: device, noiseSuppression: suppressNoise, headphones = false, stereo } = args;
  if (device !== undefined) return { kind: "microphone", device, suppressNoise, headphones, stereo };
  switch (source.kind) {
    case "camera":
    case "screen":
      return { kind: "microphone", suppressNoise, headphones, stereo };
    case "testcard":
      return { kind: "tone", stereo };
    case "file":
      return { kind: "file", path: source.path, loop: source.loop, stereo };
    case "url":
    case "motion":
      return undefined;
  }
}
