// The figures of a call in words: the status line and the closing summary.

/** What a status line shows of the video that comes in. */
export interface IncomingFigures {
  readonly fps: number;
  readonly bitrateBps: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly captured: number;
  readonly shown: number;
  readonly dropped: object;
  readonly latencyMs?: { readonly p50: number; readonly p95: number; readonly p99: number } | null | undefined;
  readonly clockErrorMs?: number | undefined;
  readonly rttMs?: number | undefined;
}

/** What a status line shows of the video that goes out. */
export interface OutgoingFigures {
  readonly fps: number;
  readonly bitrateBps: number;
}

/** "↓28 fps 1.9 Mbit/s 1280x720  lat 84±6 ms  rtt 31  drop 2 %". */
export function formatIncoming(figures: IncomingFigures): string {
  if (figures.widthPx === 0) return "↓ no picture yet";
  const { latencyMs, clockErrorMs, rttMs, captured } = figures;
  const dropped = captured === 0 ? 0 : sumOf(figures.dropped) / captured;
  return [
    `↓${figures.fps.toFixed(0)} fps ${formatBitrate(figures.bitrateBps)} ${figures.widthPx}x${figures.heightPx}`,
    ...(latencyMs ? [`lat ${latencyMs.p50.toFixed(0)}±${Math.ceil(clockErrorMs ?? 0)} ms`] : []),
    ...(rttMs === undefined ? [] : [`rtt ${rttMs.toFixed(rttMs < 10 ? 1 : 0)}`]),
    `drop ${(100 * dropped).toFixed(0)} %`,
  ].join("  ");
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
  readonly latencyMs?: { readonly p50: number; readonly p95: number; readonly p99: number } | null | undefined;
}

/** The closing summary of one direction, in two sentences' worth of lines. */
export function formatSummary(figures: DirectionFigures): string {
  const { captured, shown, fps, bitrateBps, latencyMs } = figures;
  const drops = Object.entries(figures.dropped).filter(([, count]) => count !== 0);
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

function sumOf(counts: object): number {
  return Object.values(counts).reduce((total: number, count: unknown) => total + (typeof count === "number" ? count : 0), 0);
}
