// The place of the other end's picture: the live one, or a card that says why there is none. A frozen picture never passes for a live one.

import type { Emitter, VideoState } from "@simple-video-chat/protocol";

import type { IncomingCallEvents } from "./incoming-call-contract.ts";
import type { IncomingVideo, SlowPart } from "./incoming-video.ts";
import type { ShownPicture } from "./picture-times.ts";
import type { PlaybackHost } from "./playback-host.ts";

/** How often it is looked whether the picture is still a live one, ms. */
const watchIntervalMs = 250;

/** What stands in place of a picture that is no live one any more. */
const lateCards: Readonly<Record<SlowPart, string>> = {
  link: "the link is too slow for a picture right now",
  computer: "this computer is too slow for the pictures right now",
};

const cameraCards: Readonly<Record<VideoState, string>> = {
  on: "waiting for the picture of",
  off: "camera off:",
  lost: "no picture from the camera of",
};

/** Watches over the picture until it is stopped. */
export class PicturePlace {
  readonly #video: Pick<IncomingVideo, "pictureGone" | "frozenBy" | "stats">;
  readonly #playback: Pick<PlaybackHost, "showCard" | "isPaused">;
  readonly #events: Pick<Emitter<IncomingCallEvents>, "emit">;
  readonly #watching: NodeJS.Timeout;
  #otherName = "";
  #otherCamera: VideoState = "on";
  #hasShown = false;
  #isLate = false;

  constructor(
    video: Pick<IncomingVideo, "pictureGone" | "frozenBy" | "stats">,
    playback: Pick<PlaybackHost, "showCard" | "isPaused">,
    events: Pick<Emitter<IncomingCallEvents>, "emit">,
  ) {
    this.#video = video;
    this.#playback = playback;
    this.#events = events;
    this.#watching = setInterval(() => this.#check(), watchIntervalMs);
  }

  /** Shows a text in place of the picture, until the next picture. */
  showCard(text: string, isCameraOff: boolean = false): void {
    this.#video.pictureGone();
    this.#playback.showCard({ text, isCameraOff });
  }

  /** Whether the picture stands still because the user wants it to. */
  get isPaused(): boolean {
    return this.#playback.isPaused;
  }

  set isPaused(isPaused: boolean) {
    // A picture that is held, or was, is no frozen one.
    this.#video.pictureGone();
    this.#playback.isPaused = isPaused;
  }

  /** The other end is there (again), with this name. */
  connected(name: string): void {
    this.#otherName = name;
    // It says so anew when it is not.
    this.#otherCamera = "on";
    if (!this.#hasShown) this.showCard(`waiting for the picture of ${name}`);
  }

  /** Nothing is heard of the other end, or something again. */
  silent(silent: boolean): void {
    if (silent) this.showCard("reconnecting");
    else if (this.#otherCamera !== "on") this.#showCameraCard();
    this.#events.emit("silent", { silent });
  }

  /** The other end says how its camera is. */
  cameraIs(state: VideoState): void {
    if (state === this.#otherCamera) return;
    this.#otherCamera = state;
    this.#showCameraCard();
    this.#events.emit("other-camera", { state });
  }

  /** A picture is on the screen. */
  shown(picture: ShownPicture): void {
    this.#events.emit("shown", picture);
    // The word that the camera is off overtakes the last pictures.
    if (this.#otherCamera !== "on") this.#showCameraCard();
    if (this.#isLate) this.#events.emit("late", { late: false });
    this.#isLate = false;
    if (this.#hasShown) return;
    this.#hasShown = true;
    const { widthPx, heightPx } = this.#video.stats();
    this.#events.emit("first-picture", { widthPx, heightPx });
  }

  /** Watches no more. */
  stop(): void {
    clearInterval(this.#watching);
  }

  #check(): void {
    if (this.#otherCamera !== "on" || this.isPaused) return;
    const cause = this.#video.frozenBy();
    if (cause === undefined) return;
    this.showCard(lateCards[cause]);
    this.#isLate = true;
    this.#events.emit("late", { late: true, cause });
  }

  #showCameraCard(): void {
    this.showCard(`${cameraCards[this.#otherCamera]} ${this.#otherName}`, this.#otherCamera !== "on");
  }
}
