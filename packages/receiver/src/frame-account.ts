// What became of every frame that the other end captured for us: captured = shown + the sum of the named drops, exactly.

import type { AccountMessage } from "@simple-video-chat/protocol";

import { addCounts, countsIn, noPlayback, type PlaybackCounts, totalCount } from "./playback-counts.ts";

/** Where a frame can be left, in the order of its way. */
export interface DroppedFrames {
  /** At the sender: no room on the link, and a newer frame took its place before it was encoded. */
  readonly notEncoded: number;
  /** At the sender: the encoder left it out. */
  readonly encoderDropped: number;
  /** At the sender: encoded for other receivers, but this one had no room or waited for its keyframe. */
  readonly notSent: number;
  /** On the way, when a connection was lost. */
  readonly lost: number;
  /** Came before the keyframe that it builds on. */
  readonly waitingForKeyframe: number;
  /** The decoder refused it. */
  readonly undecodable: number;
  /** In a playback engine that died. */
  readonly engineDied: number;
  /** At the display: a newer one was ready. */
  readonly superseded: number;
  /** At the display: too old to be shown. */
  readonly stale: number;
}

/** An account of frames. */
export interface FrameTotals {
  readonly captured: number;
  readonly shown: number;
  readonly dropped: DroppedFrames;
}

/** One session's frames on the sender's side, and on their way. */
interface SessionFrames {
  /** The first frame that is known of; 0: none. */
  firstFrame: number;
  /** The last one that the sender has accounted for. */
  lastFrame: number;
  notEncoded: number;
  encoderDropped: number;
  notSent: number;
  /** Packets that came whole. */
  arrived: number;
  /** Those of them that no account has told of yet. */
  arrivedSince: number;
  newestFrame: number;
}

/** Counts the frames of a call, over its connections, sessions and playback engines. */
export class FrameAccount {
  readonly #sessions: SessionFrames[] = [noFrames()];
  #engineDied = 0;
  /** What earlier playback engines did. */
  #past = noPlayback;
  #present = noPlayback;

  /** Frames that are with the playback engine now: given to it, and not yet reported. */
  get inPlayback(): number {
    const arrived = this.#sessions.reduce((sum, session) => sum + session.arrived, 0);
    return Math.max(0, arrived - this.#engineDied - totalCount(this.#past) - totalCount(this.#present));
  }

  /** What all playback engines have done. */
  get playedCounts(): PlaybackCounts {
    return addCounts(this.#past, this.#present);
  }

  /** The sender has begun anew: its frames are counted from 1 again. */
  newSession(): void {
    const past = this.#session;
    // One sum is enough for all that is over.
    if (this.#sessions.length > 1) this.#sessions.splice(0, 2, merge(this.#sessions[0] ?? noFrames(), past));
    this.#sessions.push(noFrames());
  }

  /** A whole packet came, and goes to the playback engine. */
  arrived(frame: number): void {
    const session = this.#session;
    session.arrived++;
    session.arrivedSince++;
    session.newestFrame = frame;
    if (session.firstFrame === 0) session.firstFrame = frame;
  }

  /** The sender's account of the frames since its last one. Frames between the two were accounted for on a connection that was lost. */
  accounted({ firstFrame, lastFrame, notEncoded, encoderDropped, notSent }: AccountMessage): void {
    if (firstFrame === 0) return;
    const session = this.#session;
    session.firstFrame = session.firstFrame === 0 ? firstFrame : Math.min(session.firstFrame, firstFrame);
    session.lastFrame = Math.max(session.lastFrame, lastFrame);
    session.notEncoded += notEncoded;
    session.encoderDropped += encoderDropped;
    session.notSent += notSent;
    session.arrivedSince = Math.min(session.arrivedSince, Math.max(0, session.newestFrame - lastFrame));
  }

  /** What the present playback engine has done since it started. */
  played(report: PlaybackCounts): void {
    this.#present = countsIn(report);
  }

  /** The playback engine died with the frames it had; the next one counts from 0. */
  playbackDied(): void {
    this.#engineDied += this.inPlayback;
    this.#past = this.playedCounts;
    this.#present = noPlayback;
  }

  /**
   * The account as far as it is known: captured = shown + the drops + {@link inPlayback}. What the sender captured after its last
   * account, and did not send or what did not come, is not known and in none of the numbers.
   */
  totals(): FrameTotals {
    const { shown, superseded, stale, waitingForKeyframe, undecodable } = this.playedCounts;
    const ways = this.#sessions.map(settled).reduce(addWays);
    const { captured, lost, notEncoded, encoderDropped, notSent } = ways;
    const dropped = {
      notEncoded,
      encoderDropped,
      notSent,
      lost,
      waitingForKeyframe,
      undecodable,
      engineDied: this.#engineDied,
      superseded,
      stale,
    };
    return { captured, shown, dropped };
  }

  get #session(): SessionFrames {
    return this.#sessions.at(-1) ?? noFrames();
  }
}

type Way = Pick<FrameTotals, "captured"> & Pick<DroppedFrames, "notEncoded" | "encoderDropped" | "notSent" | "lost">;

/** What a session's frames came to before they reached the playback. */
function settled({ firstFrame, lastFrame, notEncoded, encoderDropped, notSent, arrived, arrivedSince }: SessionFrames): Way {
  const known = notEncoded + encoderDropped + notSent + arrived;
  const accounted = lastFrame === 0 ? 0 : lastFrame - firstFrame + 1;
  // A sender that accounts for less than it sent is not believed.
  const captured = Math.max(known, accounted + arrivedSince);
  return { captured, notEncoded, encoderDropped, notSent, lost: captured - known };
}

/** Two sessions that are over, as one. */
function merge(a: SessionFrames, b: SessionFrames): SessionFrames {
  const sum = addWays(settled(a), settled(b));
  const { captured, notEncoded, encoderDropped, notSent } = sum;
  const frames = { ...noFrames(), notEncoded, encoderDropped, notSent, arrived: a.arrived + b.arrived };
  return captured === 0 ? frames : { ...frames, firstFrame: 1, lastFrame: captured };
}

function addWays(a: Way, b: Way): Way {
  return {
    captured: a.captured + b.captured,
    notEncoded: a.notEncoded + b.notEncoded,
    encoderDropped: a.encoderDropped + b.encoderDropped,
    notSent: a.notSent + b.notSent,
    lost: a.lost + b.lost,
  };
}

function noFrames(): SessionFrames {
  return { firstFrame: 0, lastFrame: 0, notEncoded: 0, encoderDropped: 0, notSent: 0, arrived: 0, arrivedSince: 0, newestFrame: 0 };
}
