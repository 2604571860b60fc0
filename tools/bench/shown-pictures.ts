// What the pictures that a receiver showed say, one by one ("shown" events): latencies, gaps, and how soon it recovers. Pure, but for
// the collecting.

import type { Program } from "./program.ts";
import { percentile } from "./statistics.ts";

/** One picture that was shown. */
export interface ShownPicture {
  readonly frame: number;
  /** On the monotonic clock of this computer, which all programs share. */
  readonly shownUs: number;
  readonly latencyMs: number;
  readonly bytes: number;
}

/** Goodput is looked at over windows of this length. */
const rateWindowUs = 1_000_000;

/** The present instant on the clock of {@link ShownPicture.shownUs}. */
export function clockUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

/**
 * Collects the pictures of a receiver that runs with --json-frames, as long as it runs. The list grows. Pictures whose latency is not
 * known, in a connection's first milliseconds, are not among them.
 */
export function collectShown(receiver: Program): readonly ShownPicture[] {
  const pictures: ShownPicture[] = [];
  receiver.onEvent(({ event, value }) => {
    if (event === "shown" && value["latencyMs"] !== undefined) pictures.push(value as unknown as ShownPicture);
  });
  return pictures;
}

/** Those shown at or after `fromUs` and before `toUs`. */
export function shownBetween(pictures: readonly ShownPicture[], fromUs: number, toUs: number = Number.POSITIVE_INFINITY): ShownPicture[] {
  return pictures.filter(({ shownUs }) => shownUs >= fromUs && shownUs < toUs);
}

/** Percentiles of the latency, ms. @throws RangeError without pictures */
export function latenciesOf(pictures: readonly ShownPicture[]): { readonly p50: number; readonly p95: number; readonly p99: number } {
  const all = pictures.map(({ latencyMs }) => latencyMs);
  return { p50: percentile(all, 0.5), p95: percentile(all, 0.95), p99: percentile(all, 0.99) };
}

/** Age of the oldest picture shown, ms; 0 without pictures. */
export function oldestMs(pictures: readonly ShownPicture[]): number {
  return pictures.reduce((oldest, { latencyMs }) => Math.max(oldest, latencyMs), 0);
}

/** Longest time without a new picture, from `fromUs` to `toUs`, ms. */
export function longestGapMs(pictures: readonly ShownPicture[], fromUs: number, toUs: number): number {
  const times = [fromUs, ...shownBetween(pictures, fromUs, toUs).map(({ shownUs }) => shownUs), toUs];
  return times.reduce((longest, time, index) => Math.max(longest, time - (times[index - 1] ?? time)), 0) / 1000;
}

/** A receiver has recovered when for this long no picture was late: a single late one afterwards is counted by {@link lateShare}. */
const recoveredUs = 2_000_000;

/**
 * From `fromUs` to the first picture that is within the budget along with all of the 2 s after it, ms.
 *
 * @returns the whole time up to `toUs` when there is none
 */
export function recoveryMs(
  pictures: readonly ShownPicture[],
  span: { readonly fromUs: number; readonly toUs: number; readonly budgetMs: number },
): number {
  const { fromUs, toUs, budgetMs } = span;
  const shown = shownBetween(pictures, fromUs, toUs);
  const late = shown.filter(({ latencyMs }) => latencyMs > budgetMs);
  const recovered = shown.find(
    ({ shownUs }) => !late.some((picture) => picture.shownUs >= shownUs && picture.shownUs < shownUs + recoveredUs),
  );
  return ((recovered?.shownUs ?? toUs) - fromUs) / 1000;
}

/** Which share of the pictures is not within the budget; 0 without pictures. */
export function lateShare(pictures: readonly ShownPicture[], budgetMs: number): number {
  return pictures.length === 0 ? 0 : pictures.filter(({ latencyMs }) => latencyMs > budgetMs).length / pictures.length;
}

/** Video that arrived and was shown from `fromUs` to `toUs`, bits a second. */
export function goodputBps(pictures: readonly ShownPicture[], fromUs: number, toUs: number): number {
  const bytes = shownBetween(pictures, fromUs, toUs).reduce((sum, picture) => sum + picture.bytes, 0);
  return (bytes * 8e6) / (toUs - fromUs);
}

/**
 * From `fromUs` to the end of the first second whose goodput was `bitrateBps` or more, ms: at least 1000.
 *
 * @returns the whole time up to `toUs` when there is none
 */
export function rateReachedMs(
  pictures: readonly ShownPicture[],
  span: { readonly fromUs: number; readonly toUs: number; readonly bitrateBps: number },
): number {
  const { fromUs, toUs, bitrateBps } = span;
  const reached = shownBetween(pictures, fromUs + rateWindowUs, toUs).find(
    ({ shownUs }) => goodputBps(pictures, shownUs + 1 - rateWindowUs, shownUs + 1) >= bitrateBps,
  );
  return ((reached?.shownUs ?? toUs) - fromUs) / 1000;
}
