// The account of what went to the page: its reports become those of one playback, whatever pages come and go.

import { type Micros, micros, type ReportMessage } from "@simple-video-chat/protocol";

import { addCounts, countsIn, noPlayback, type PlaybackCounts, totalCount } from "../playback-counts.ts";
import type { PageReport } from "./page-messages.ts";

/** Adds up what became of the packets. */
export class PageAccount {
  readonly #track: number;
  /** Of pages that have gone, and of packets that no page got. */
  #before: PlaybackCounts = noPlayback;
  /** Of the present page. */
  #present: PlaybackCounts = noPlayback;
  /** Packets that the present page got. */
  #given = 0;
  #shown = { frame: 0, shownUs: micros(0), decodeUs: 0, displayWaitUs: 0 };

  constructor(track: number) {
    this.#track = track;
  }

  /** The report of all up to now. */
  get report(): ReportMessage {
    return { type: "report", track: this.#track, ...this.#shown, ...addCounts(this.#before, this.#present) };
  }

  /** A packet went to the page; or there was none, and it waits for one in vain as for a keyframe. */
  packet(isGiven: boolean): void {
    if (isGiven) this.#given++;
    else this.#before = { ...this.#before, waitingForKeyframe: this.#before.waitingForKeyframe + 1 };
  }

  /** The page told more. False: it told of more than it was given, or less than before, and is not believed. */
  told(report: PageReport): boolean {
    const counts = countsIn(report);
    if (totalCount(counts) > this.#given || totalCount(counts) < totalCount(this.#present)) return false;
    this.#present = counts;
    const { frame, decodeUs, displayWaitUs } = report;
    if (frame > 0) this.#shown = { frame, shownUs: report.shownUs as Micros, decodeUs, displayWaitUs };
    return true;
  }

  /** The page has gone, with the packets that it had not told of: nobody has seen them. */
  left(): void {
    const unseen = this.#given - totalCount(this.#present);
    const counted = addCounts(this.#before, this.#present);
    this.#before = { ...counted, waitingForKeyframe: counted.waitingForKeyframe + unseen };
    this.#present = noPlayback;
    this.#given = 0;
  }
}
