// From what was asked for to an open source of sound.

import type { OpenSoundDevice } from "@simple-video-chat/protocol/sound";

import { openFileSound } from "./file-sound.ts";
import { openMicrophone } from "./microphone.ts";
import type { SoundSourceEvents } from "./sound-source.ts";
import { channelsIn, type SoundSpec } from "./sound-spec.ts";
import { openTestTone } from "./test-tone.ts";

/**
 * Opens a source of sound.
 * @param startUs a file: when its first sample is due
 * @throws SoundError (rejects)
 */
export async function openSound(spec: SoundSpec, startUs: number | undefined, events: SoundSourceEvents): Promise<OpenSoundDevice> {
  switch (spec.kind) {
    case "microphone":
      return await openMicrophone({ device: spec.device, channels: channelsIn(spec) }, events);
    case "tone":
      return openTestTone(events, channelsIn(spec));
    case "file":
      return await openFileSound(spec, startUs, events);
  }
}
