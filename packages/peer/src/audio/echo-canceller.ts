// What takes the sound of the loudspeaker out of that of the microphone, so that nobody hears themselves and two open loudspeakers do not howl.
// It stands between the two halves of the sound engine: it must see what is played as well as what is recorded.

import type { Micros } from "@simple-video-chat/protocol";

import { openAec3 } from "./aec3.ts";
import { EchoDucker } from "./echo-ducker.ts";

/**
 * A canceller of one microphone and one loudspeaker. Blocks are of 480 samples of each channel, 48 kHz, and belong to the caller; what is played
 * and what is recorded may have different numbers of channels, and others than before.
 */
export interface EchoCanceller {
  /** "ducking": the other side is not heard while this one speaks and the other way round, except when both are loud. */
  readonly kind: "aec3" | "ducking";
  /** Takes a block that is given to the loudspeaker. To be called for each, before the microphone can hear it. */
  processPlayed(block: Float32Array): void;
  /**
   * Takes a recorded block and gives it without the echo.
   * @param captureUs - when it was recorded: tells whether blocks are missing before it. Without it none are.
   */
  processRecorded(block: Float32Array, captureUs?: Micros): Float32Array;
  /** Releases it. */
  close(): void;
}

/**
 * Opens the best canceller there is: WebRTC's, or ducking where that does not load.
 * @param openBest - for tests
 */
export async function openEchoCanceller(openBest: () => Promise<EchoCanceller> = openAec3): Promise<EchoCanceller> {
  try {
    return await openBest();
  } catch {
    // A call with ducking is better than none, and `kind` tells the user.
    return new EchoDucker();
  }
}
