// Goes from one sound to another without a click, and without a dip where they are unlike.

/**
 * Fades from one to the other, over the length of the shorter.
 * @param likeness - correlation of the two: like sounds add up in amplitude, unlike ones in power, and the sum is kept as loud as they are
 * @returns a new array
 */
export function crossFade(from: Float32Array, to: Float32Array, likeness: number): Float32Array {
  const length = Math.min(from.length, to.length);
  const common = Math.min(Math.max(likeness, 0), 1);
  return Float32Array.from({ length }, (_, n) => {
    // A raised cosine: its slope is 0 at both ends, so that no corner is heard either.
    const share = 0.5 - 0.5 * Math.cos((Math.PI * (n + 0.5)) / length);
    const rest = 1 - share;
    const loudness = Math.sqrt(rest * rest + share * share + 2 * rest * share * common);
    return (rest * (from[n] ?? 0) + share * (to[n] ?? 0)) / loudness;
  });
}
