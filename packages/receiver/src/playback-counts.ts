// What a playback did with the packets it was given: the counters of its reports, to be added up over engines and connections.

/** One number for each thing that becomes of a packet in a playback. */
export interface PlaybackCounts {
  readonly shown: number;
  readonly superseded: number;
  readonly stale: number;
  readonly waitingForKeyframe: number;
  readonly undecodable: number;
}

/** Nothing was played. */
export const noPlayback: PlaybackCounts = countsBy(() => 0);

/** The counters of a report alone. */
export function countsIn(report: PlaybackCounts): PlaybackCounts {
  return countsBy((name) => report[name]);
}

/** Both together. */
export function addCounts(a: PlaybackCounts, b: PlaybackCounts): PlaybackCounts {
  return countsBy((name) => a[name] + b[name]);
}

/** What has come to `before` since. */
export function countsSince(before: PlaybackCounts, now: PlaybackCounts): PlaybackCounts {
  return countsBy((name) => now[name] - before[name]);
}

/** All packets that something became of. */
export function totalCount({ shown, superseded, stale, waitingForKeyframe, undecodable }: PlaybackCounts): number {
  return shown + superseded + stale + waitingForKeyframe + undecodable;
}

function countsBy(count: (name: keyof PlaybackCounts) => number): PlaybackCounts {
  return {
    shown: count("shown"),
    superseded: count("superseded"),
    stale: count("stale"),
    waitingForKeyframe: count("waitingForKeyframe"),
    undecodable: count("undecodable"),
  };
}
