// The figures of a call in words: the status line and the closing summary.

/** Latency from capture to display, ms. */
export interface LatencyFigures {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What a status line shows of the video that comes in. */
export interface IncomingFigures {
  readonly fps: number;
  readonly bitrateBps: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly captured: number;
  readonly shown: number;
  readonly dropped: object;
  readonly latencyMs?: LatencyFigures | null | undefined;
  readonly clockErrorMs?: number | undefined;
  readonly rttMs?: number | undefined;
}

/** A status line in several widths, the widest first. */
export type StatusLines = readonly [string, ...string[]];

/** What a status line shows of the video that goes out. */
export interface OutgoingFigures {
  readonly fps: number;
  readonly bitrateBps: number;
}

/**
 * "↓28 fps 1.9 Mbit/s 1280x720  lat 84±6 ms p95 110  rtt 31  drop 2 %", and after it the same without what is missed least, for
 * narrower terminals.
 */
export function incomingStatus(figures: IncomingFigures): StatusLines {
  if (figures.widthPx === 0) return ["↓ no picture yet"];
  const { latencyMs, clockErrorMs = 0, rttMs, captured } = figures;
  const rate = `↓${figures.fps.toFixed(0)} fps ${formatBitrate(figures.bitrateBps)}`;
  const size = ` ${figures.widthPx}x${figures.heightPx}`;
  const latency = latencyMs ? `  lat ${latencyMs.p50.toFixed(0)}±${Math.ceil(clockErrorMs)} ms p95 ${latencyMs.p95.toFixed(0)}` : "";
  const roundTrip = rttMs === undefined ? "" : `  rtt ${rttMs.toFixed(rttMs < 10 ? 1 : 0)}`;
  const dropped = dropsOf(figures.dropped).reduce((sum, [, count]) => sum + count, 0);
  const drops = `  drop ${(captured === 0 ? 0 : (100 * dropped) / captured).toFixed(0)} %`;
  return [rate + size + latency + roundTrip + drops, rate + size + latency + drops, rate + size + latency, rate + latency];
}

/** Several status lines in one: each of its widths from theirs. */
export function statusBeside(first: StatusLines, ...others: readonly StatusLines[]): StatusLines {
  const all = [first, ...others];
  const join = (at: number): string => all.map((lines) => lines[at] ?? lines.at(-1)).join("   ");
  const narrower = Array.from({ length: Math.max(...all.map(({ length }) => length)) - 1 }, (_, index) => join(index + 1));
  return [join(0), ...narrower];
}

/** "↑30 fps 2.0 Mbit/s". */
export function formatOutgoing({ fps, bitrateBps }: OutgoingFigures): string {
  return `↑${fps.toFixed(0)} fps ${formatBitrate(bitrateBps)}`;
}

/** "1.9 Mbit/s" or "640 kbit/s". */
export function formatBitrate(bitrateBps: number): string {
  return bitrateBps >= 1e6 ? `${(bitrateBps / 1e6).toFixed(1)} Mbit/s` : `${(bitrateBps / 1e3).toFixed(0)} kbit/s`;
}

/** What a summary says of one direction. */
export interface DirectionFigures {
  readonly captured: number;
  readonly shown: number;
  readonly dropped: object;
  readonly fps: number;
  readonly bitrateBps: number;
  readonly latencyMs?: LatencyFigures | null | undefined;
}

/** "42 s", "3 min 07 s", "2 h 05 min". */
export function formatDuration(seconds: number): string {
  const [whole, two] = [Math.round(seconds), (value: number): string => String(value).padStart(2, "0")];
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${two(whole % 60)} s` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** The closing summary of one direction, in two sentences' worth of lines. */
export function formatSummary(figures: DirectionFigures): string {
  const { captured, shown, fps, bitrateBps, latencyMs } = figures;
  const drops = dropsOf(figures.dropped);
  const dropText =
    drops.length === 0 ? "none dropped" : `dropped: ${drops.map(([name, count]) => `${count} ${dropWords[name] ?? name}`).join(", ")}`;
  const latencyText = latencyMs
    ? `, latency p50 ${latencyMs.p50.toFixed(1)} p95 ${latencyMs.p95.toFixed(1)} p99 ${latencyMs.p99.toFixed(1)} ms`
    : "";
  return `${captured} frames captured, ${shown} shown, ${dropText}; ${fps.toFixed(1)} fps, ${formatBitrate(bitrateBps)}${latencyText}`;
}

/** The names of the drops, in words. */
const dropWords: Readonly<Record<string, string>> = {
  notEncoded: "before encoding (no room on the link)",
  encoderDropped: "by the encoder",
  notSent: "before sending (no room on the link)",
  lost: "lost with a connection",
  waitingForKeyframe: "before a keyframe",
  undecodable: "undecodable",
  engineDied: "with a playback engine",
  superseded: "at the display (a newer one was ready)",
  stale: "at the display (too old)",
};

/** The drops that there were, by name. */
export function dropsOf(dropped: object): readonly (readonly [name: string, count: number])[] {
  return Object.entries(dropped).filter((drop): drop is [string, number] => typeof drop[1] === "number" && drop[1] !== 0);
}
