// What became of every frame that the other end captured for us: captured = shown + the sum of the named drops, exactly.

import type { AccountMessage } from "@simple-video-chat/protocol";

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
}

/** An account of frames. */
export interface FrameTotals {
  readonly captured: number;
  readonly shown: number;
  readonly dropped: DroppedFrames;
}

/** What the playback says it did with the packets it was given. */
export interface PlaybackCounts {
  readonly shown: number;
  readonly superseded: number;
  readonly waitingForKeyframe: number;
  readonly undecodable: number;
}

const noPlayback: PlaybackCounts = { shown: 0, superseded: 0, waitingForKeyframe: 0, undecodable: 0 };

/** Counts one session's frames. */
export class FrameAccount {
  #account: AccountMessage | undefined;
  #arrived = 0;
  #newestFrame = 0;
  #engineDied = 0;
  /** What earlier playback engines did. */
  #past = noPlayback;
  #present = noPlayback;

  /** Frames that are with the playback engine now: given to it, and not yet reported. */
  get inPlayback(): number {
    return this.#arrived - this.#engineDied - sum(this.#past) - sum(this.#present);
  }

  /** A whole packet came, and goes to the playback engine. */
  arrived(frame: number): void {
    this.#arrived++;
    this.#newestFrame = frame;
  }

  /** The sender's account. */
  accounted(account: AccountMessage): void {
    this.#account = account;
  }

  /** What the present playback engine has done since it started. */
  played(counts: PlaybackCounts): void {
    this.#present = counts;
  }

  /** The playback engine died with the frames it had; the next one counts from 0. */
  playbackDied(): void {
    this.#engineDied += this.inPlayback;
    this.#past = add(this.#past, this.#present);
    this.#present = noPlayback;
  }

  /**
   * The account as far as it is known. It is closed once the sender's final account has come and the playback is drained; a
   * connection that was cut leaves it open at the sender's end, and what is not known there counts as lost.
   */
  totals(): FrameTotals {
    const { shown, superseded, waitingForKeyframe, undecodable } = add(this.#past, this.#present);
    const { firstFrame = 0, lastFrame = 0, notEncoded = 0, encoderDropped = 0, notSent = 0, sent = 0 } = this.#account ?? {};
    const dropped = { notEncoded, encoderDropped, notSent, waitingForKeyframe, undecodable, engineDied: this.#engineDied, superseded };
    if (this.#account?.final === true) {
      return { captured: firstFrame === 0 ? 0 : lastFrame - firstFrame + 1, shown, dropped: { ...dropped, lost: sent - this.#arrived } };
    }
    // Packets that came after the last account are known to be captured; the frames between them are not accounted for.
    const captured = firstFrame === 0 ? this.#arrived : Math.max(lastFrame, this.#newestFrame) - firstFrame + 1;
    const known = shown + Object.values(dropped).reduce((total, count) => total + count, 0);
    return { captured, shown, dropped: { ...dropped, lost: captured - known - this.inPlayback } };
  }
}

/** The sum of two accounts: of two sessions, when the sender was restarted. */
export function addTotals(a: FrameTotals, b: FrameTotals): FrameTotals {
  const dropped = Object.fromEntries(
    (Object.keys(a.dropped) as (keyof DroppedFrames)[]).map((name) => [name, a.dropped[name] + b.dropped[name]]),
  ) as unknown as DroppedFrames;
  return { captured: a.captured + b.captured, shown: a.shown + b.shown, dropped };
}

function add(a: PlaybackCounts, b: PlaybackCounts): PlaybackCounts {
  return {
    shown: a.shown + b.shown,
    superseded: a.superseded + b.superseded,
    waitingForKeyframe: a.waitingForKeyframe + b.waitingForKeyframe,
    undecodable: a.undecodable + b.undecodable,
  };
}

function sum({ shown, superseded, waitingForKeyframe, undecodable }: PlaybackCounts): number {
  return shown + superseded + waitingForKeyframe + undecodable;
}
