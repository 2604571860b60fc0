// The sound of the test card: a beep at every full second of the clock, exactly when its white field flashes. In stereo the even seconds are on
// the left, so that one hears whether that is where it is left.

import { nowUs } from "@simple-video-chat/protocol";
import { blockSamples, type ChannelCount, sampleRateHz } from "@simple-video-chat/protocol/sound";

import { isBeepTime } from "../capture/flash.ts";
import { PacedSound } from "./paced-sound.ts";
import type { SoundSource, SoundSourceEvents } from "./sound-source.ts";

/** The pitch of a line-up tone, and loud enough to be found: 1 kHz at −12 dB. */
const toneHz = 1000;
const amplitude = 0.25;
const sampleUs = 1_000_000 / sampleRateHz;

/** Opens the test tone. */
export function openTestTone(events: Pick<SoundSourceEvents, "onBlock">, channels: ChannelCount = 1): SoundSource {
  const sound = new PacedSound(
    (block, captureUs) => {
      for (let at = 0; at < blockSamples; at++) {
        const timeUs = captureUs + at * sampleUs;
        const channel = channels === 1 ? 0 : Math.floor(timeUs / 1_000_000) % 2;
        if (isBeepTime(timeUs)) block[at * channels + channel] = amplitude * Math.sin((2 * Math.PI * toneHz * timeUs) / 1_000_000);
      }
      events.onBlock(block, captureUs);
    },
    nowUs(),
    channels,
  );
  return { name: "test tone", close: () => sound.close() };
}
