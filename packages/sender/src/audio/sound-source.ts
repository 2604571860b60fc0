// A source of sound that is open, of which only a microphone is a device. Implementations: microphone.ts, test-tone.ts, file-sound.ts.

import type { MicrophoneEvents, OpenSoundDevice } from "@simple-video-chat/protocol/sound";

/** An open source of sound. */
export type SoundSource = OpenSoundDevice;

/** What a source of sound gives; a file that has no more sound is gone without a reason. */
export type SoundSourceEvents = MicrophoneEvents;
