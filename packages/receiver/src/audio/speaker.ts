// The speaker: of the user's sound server where there is one (Linux), else of the system.

import { openPulseSpeaker, type OpenSoundDevice, SoundError, type SpeakerEvents } from "@simple-video-chat/protocol/sound";

/** Opens a speaker. @throws SoundError (rejects) */
export async function openSpeaker(device: string | undefined, events: SpeakerEvents): Promise<OpenSoundDevice> {
  try {
    return await openPulseSpeaker({ device }, events);
  } catch (error) {
    if (!(error instanceof SoundError) || error.code !== "no-sound-server") throw error;
    const { openSystemSpeaker } = await import("../native/system-speaker.ts");
    return await openSystemSpeaker(device, events);
  }
}
