// The sound of the test card: a beep at every full second of the clock, exactly when its white field flashes.

import { sampleRateHz } from "@simple-video-chat/protocol/sound";

import { isBeepTime } from "../capture/flash.ts";
import { PacedSound } from "./paced-sound.ts";
import type { SoundSource, SoundSourceEvents } from "./sound-source.ts";

/** The pitch of a line-up tone, and loud enough to be found: 1 kHz at −12 dB. */
const toneHz = 1000;
const amplitude = 0.25;
const sampleUs = 1_000_000 / sampleRateHz;

/** Opens the test tone. */
export function openTestTone(events: Pick<SoundSourceEvents, "onBlock">): SoundSource {
  const sound = new PacedSound((block, captureUs) => {
    for (let at = 0; at < block.length; at++) {
      const timeUs = captureUs + at * sampleUs;
      if (isBeepTime(timeUs)) block[at] = amplitude * Math.sin((2 * Math.PI * toneHz * timeUs) / 1_000_000);
    }
    events.onBlock(block, captureUs);
  });
  return { name: "test tone", close: () => sound.close() };
}
