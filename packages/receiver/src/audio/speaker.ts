// The speaker: of the user's sound server where there is one (Linux), else of the system.

import { askProcess } from "@simple-video-chat/protocol/engine";
import {
  isWithoutSoundServer,
  listPulseSpeakers,
  openPulseSpeaker,
  type OpenSoundDevice,
  type SoundDevice,
  type SoundDeviceOptions,
  SoundError,
  type SpeakerEvents,
} from "@simple-video-chat/protocol/sound";

/**
 * The speakers that `openSpeaker` can choose from, the default one first. Names are the system's own: clean them before they are shown.
 * @throws SoundError (rejects) sound-device-failed when the system does not say
 */
export async function listSpeakers(env?: NodeJS.ProcessEnv): Promise<readonly SoundDevice[]> {
  try {
    return await listPulseSpeakers(env);
  } catch (error) {
    if (!isWithoutSoundServer(error)) throw error;
    const devices = await askProcess(new URL("../engine/list-speakers-main.js", import.meta.url));
    if (devices === undefined) throw new SoundError("sound-device-failed", "The system does not say which speakers it has.");
    return devices as readonly SoundDevice[];
  }
}

/** Opens a speaker. @throws SoundError (rejects) */
export async function openSpeaker(options: SoundDeviceOptions, events: SpeakerEvents): Promise<OpenSoundDevice> {
  try {
    return await openPulseSpeaker(options, events);
  } catch (error) {
    if (!isWithoutSoundServer(error)) throw error;
    const { openSystemSpeaker } = await import("../native/system-speaker.ts");
    return await openSystemSpeaker(options, events);
  }
}
