// What a receiver and a peer have alike: how the other end is seen, heard, written to and recorded.

import type { FileControls, TextOutcome } from "@simple-video-chat/protocol";

import type { DisplayView } from "./display/display.ts";
import type { Overlay } from "./display/overlay.ts";
import type { BarcodeCount } from "./engine/playback-command.ts";
import type { IncomingCall } from "./incoming-call.ts";
import type { IncomingSummary } from "./incoming-video.ts";
import type { Snapshot } from "./playback-host.ts";
import type { RecordingProgress } from "./recording-host.ts";

/** The end of a call that watches; {@link IncomingCall} does the work. */
export abstract class Watching {
  protected abstract readonly incoming: IncomingCall;

  /** What the barcodes of the shown pictures said; complete when it is closed. */
  get barcodes(): BarcodeCount {
    return this.incoming.barcodes;
  }

  /** How loud the other end is played: from 0 to 2, where 1 is as loud as it was recorded. */
  get volume(): number {
    return this.incoming.volume;
  }

  set volume(gain: number) {
    this.incoming.volume = gain;
  }

  /** The whole call's figures; its account is closed when the call is. */
  summary(): IncomingSummary {
    return this.incoming.summary();
  }

  /** What is recorded now; undefined while nothing is. */
  get recording(): RecordingProgress | undefined {
    return this.incoming.recording;
  }

  /** Ends the recording; resolves when its file is complete. */
  stopRecording(): Promise<void> {
    return this.incoming.stopRecording();
  }

  /**
   * Writes the picture as it is shown, without what is drawn over it, to a new PNG file that only its owner may read.
   *
   * @throws RecordingError (rejects) when there is no picture yet, or the file cannot be written
   */
  snapshot(path: string): Promise<Snapshot> {
    return this.incoming.snapshot(path);
  }

  /** Sends a text; says what became of it. */
  sendText(text: string): Promise<TextOutcome> {
    return this.incoming.sendText(text);
  }

  /** The files of the call, in both directions: sends, accepts and cancels them; what becomes of them are events. */
  get files(): FileControls {
    return this.incoming.files;
  }

  /** What is drawn over the other's picture: read it, change it, and set it anew. */
  get overlay(): Overlay {
    return this.incoming.overlay;
  }

  set overlay(overlay: Overlay) {
    this.incoming.overlay = overlay;
  }

  /** How the other's picture is shown. */
  get view(): DisplayView {
    return this.incoming.view;
  }

  set view(view: DisplayView) {
    this.incoming.view = view;
  }

  /** Whether the other's picture stands still; it goes on live. */
  get isPaused(): boolean {
    return this.incoming.isPaused;
  }

  set isPaused(isPaused: boolean) {
    this.incoming.isPaused = isPaused;
  }
}
