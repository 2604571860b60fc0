// How fast memory grows, whatever a few samples say: the median of the slopes between all pairs (Theil 1950, Sen 1968).

/** One look at the memory. */
export interface MemorySample {
  /** Frames until then. */
  readonly frames: number;
  readonly bytes: number;
}

/** The first part of a run, in which caches fill, is left out. */
const settlingPart = 0.2;

/** Bytes that memory grows by with each frame, over the last 80 % of the run. @throws RangeError for fewer than ten samples there */
export function bytesPerFrame(samples: readonly MemorySample[]): number {
  const settled = samples.slice(Math.floor(samples.length * settlingPart));
  if (settled.length < 10) throw new RangeError(`${samples.length} samples are too few for a slope`);
  const slopes = settled.flatMap((from, at) => settled.slice(at + 1).map((to) => (to.bytes - from.bytes) / (to.frames - from.frames)));
  slopes.sort((a, b) => a - b);
  return slopes[slopes.length >> 1] ?? 0;
}
