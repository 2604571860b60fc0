// The microphone: of the user's sound server where there is one (Linux), else of the system.

import { askProcess } from "@simple-video-chat/protocol/engine";
import {
  type OpenSoundDevice,
  type MicrophoneEvents,
  isWithoutSoundServer,
  listPulseMicrophones,
  openPulseMicrophone,
  type SoundDevice,
  type SoundDeviceOptions,
  SoundError,
} from "@simple-video-chat/protocol/sound";

/**
 * The microphones that `openMicrophone` can choose from, the default one first. Names are the system's own: clean them before they are shown.
 * @throws SoundError (rejects) sound-device-failed when the system does not say
 */
export async function listMicrophones(env?: NodeJS.ProcessEnv): Promise<readonly SoundDevice[]> {
  try {
    return await listPulseMicrophones(env);
  } catch (error) {
    if (!isWithoutSoundServer(error)) throw error;
    const devices = await askProcess(new URL("../engine/list-microphones-main.js", import.meta.url));
    if (devices === undefined) throw new SoundError("sound-device-failed", "The system does not say which microphones it has.");
    return devices as readonly SoundDevice[];
  }
}

/** Opens a microphone. @throws SoundError (rejects) */
export async function openMicrophone(options: SoundDeviceOptions, events: MicrophoneEvents): Promise<OpenSoundDevice> {
  try {
    return await openPulseMicrophone(options, events);
  } catch (error) {
    if (!isWithoutSoundServer(error)) throw error;
    const { openSystemMicrophone } = await import("../native/system-microphone.ts");
    return await openSystemMicrophone(options, events);
  }
}
