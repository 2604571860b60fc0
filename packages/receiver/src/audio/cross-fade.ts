// Goes from one sound to another without a click, and without a dip where they are unlike.

import type { ChannelCount } from "@simple-video-chat/protocol/sound";

/**
 * Fades from one to the other, over the length of the shorter.
 * @param likeness - correlation of the two: like sounds add up in amplitude, unlike ones in power, and the sum is kept as loud as they are
 * @param channels - of both sounds, sample by sample
 * @returns a new array
 */
export function crossFade(from: Float32Array, to: Float32Array, likeness: number, channels: ChannelCount = 1): Float32Array {
  const length = Math.min(from.length, to.length);
  const common = Math.min(Math.max(likeness, 0), 1);
  return Float32Array.from({ length }, (_, n) => {
    // A raised cosine: its slope is 0 at both ends, so that no corner is heard either. Both channels fade at once.
    const at = channels === 1 ? n : n - (n % 2);
    const share = 0.5 - 0.5 * Math.cos((Math.PI * (at + channels / 2)) / length);
    const rest = 1 - share;
    const loudness = Math.sqrt(rest * rest + share * share + 2 * rest * share * common);
    return (rest * (from[n] ?? 0) + share * (to[n] ?? 0)) / loudness;
  });
}
