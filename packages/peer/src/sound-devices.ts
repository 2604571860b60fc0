// The sound devices of this computer, of both kinds.

import type { SoundDevice } from "@simple-video-chat/protocol/sound";
import { listSpeakers } from "@simple-video-chat/receiver";
import { listMicrophones } from "@simple-video-chat/sender";

/** What can be heard with, and what can be listened to; the default ones first. */
export interface SoundDevices {
  readonly microphones: readonly SoundDevice[];
  readonly speakers: readonly SoundDevice[];
}

/**
 * Lists them. Names are the system's own: clean them before they are shown.
 * @throws SoundError (rejects) sound-device-failed when the system does not say
 */
export async function listSoundDevices(env?: NodeJS.ProcessEnv): Promise<SoundDevices> {
  const [microphones, speakers] = await Promise.all([listMicrophones(env), listSpeakers(env)]);
  return { microphones, speakers };
}
