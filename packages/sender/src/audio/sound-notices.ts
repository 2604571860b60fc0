// What a user is told about the microphone, by sender and peer alike.

import type { AudioMessage, AudioTrackMessage } from "@simple-video-chat/protocol";

import type { SoundTrouble, StartAudioEngine } from "@simple-video-chat/protocol/engine";

import { AudioCaptureHost } from "./audio-capture-host.ts";
import type { SoundSpec } from "./sound-spec.ts";

/** What a notice about sound is about. */
export type SoundNoticeCode = "microphone-failed" | "microphone-silent" | "no-sound" | "echo-ducking" | "sound-only";

/** What recording tells the owner of a sender or peer. */
export interface SoundEvents {
  readonly onRecording: (name: string) => void;
  /** Is given what is sent to whoever listens; the data of a packet is only valid during the call. */
  readonly onSent?: (message: AudioTrackMessage | AudioMessage) => void;
  readonly onNotice: (code: SoundNoticeCode, message: string) => void;
  readonly onTrouble: (trouble: SoundTrouble) => void;
}

/** Records `sound` for those who listen, or nothing at first, and says in sentences what is wrong with it. */
export function captureSound(sound: SoundSpec | undefined, events: SoundEvents, startEngine?: StartAudioEngine): AudioCaptureHost {
  return new AudioCaptureHost(
    sound,
    {
      onRecording: events.onRecording,
      ...(events.onSent !== undefined && { onSent: events.onSent }),
      onTrouble: ({ code, message }) => {
        // The picture goes on without it.
        if (code === "engine-failed") events.onTrouble({ code, message, isFinal: false });
        else events.onNotice("microphone-failed", `${message} The call goes on without your sound.`);
      },
      onSilent: () =>
        events.onNotice("microphone-silent", "Your microphone is silent. Is it switched off, or the wrong one? See --microphone."),
      onNothing: (message) => events.onNotice("no-sound", `${message} Nothing is heard while it is shown.`),
      onDucking: () =>
        events.onNotice(
          "echo-ducking",
          "Echo cannot be cancelled here: while one speaks the other is not heard. With headphones say --headphones.",
        ),
      onSoundOnly: () => events.onNotice("sound-only", "The link has room for the sound only: the picture waits until there is more."),
    },
    startEngine,
  );
}
