// The microphone: of the user's sound server where there is one (Linux), else of the system.

import { type OpenSoundDevice, type MicrophoneEvents, openPulseMicrophone, SoundError } from "@simple-video-chat/protocol/sound";

/** Opens a microphone. @throws SoundError (rejects) */
export async function openMicrophone(device: string | undefined, events: MicrophoneEvents): Promise<OpenSoundDevice> {
  try {
    return await openPulseMicrophone({ device }, events);
  } catch (error) {
    if (!(error instanceof SoundError) || error.code !== "no-sound-server") throw error;
    const { openSystemMicrophone } = await import("../native/system-microphone.ts");
    return await openSystemMicrophone(device, events);
  }
}
