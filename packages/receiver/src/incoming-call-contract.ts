// What a receiving half of a call is given, what it tells, and its figures.

import type { FileEvent, JsonObject, ReceivedText, TransportError, VideoState } from "@simple-video-chat/protocol";

import type { IncomingAudioStats } from "./audio/incoming-audio.ts";
import type { IncomingStats, SlowPart } from "./incoming-video.ts";
import type { ShownPicture } from "./picture-times.ts";
import type { RecordedFileEnd, RecordingProgress, RecordMode } from "./recording-host.ts";
import type { ViewKind } from "./view-kind.ts";

/** Where the other end is seen and heard. */
export interface IncomingCallOptions {
  /** Title of the window or page; without one nothing is drawn. */
  readonly windowTitle?: string | undefined;
  /** Where pictures are shown; default in a window, or where OpenCV is missing in a page. */
  readonly view?: ViewKind;
  /** A module that sees, and may change, each picture before it is shown: it exports what FrameFilter says. Not with a browser's view. */
  readonly incomingFilter?: URL | undefined;
  /** Whether its sound is played; default true. */
  readonly audio?: boolean;
  /** Whether texts are exchanged with the other end, if it wants to; default true. */
  readonly chat?: boolean;
  /** Where every file goes that the other end sends; default: each is asked for, and goes into the current folder. */
  readonly acceptFiles?: string | undefined;
  /** Id, name or part of the name of the speaker; default the user's default one. */
  readonly speaker?: string | undefined;
}

/** Figures of the receiving half of a call: its video, and its sound if that is played. */
export interface IncomingCallStats extends IncomingStats {
  readonly audio: IncomingAudioStats | undefined;
  /** What is recorded now; null while nothing is. */
  readonly recording: RecordingProgress | null;
}

/** What the receiving half of a call tells. */
export interface IncomingCallEvents {
  /** Whether there is a window; or the address of the page. */
  readonly display: { readonly display: "window" | "none" } | { readonly display: "browser"; readonly url: string };
  readonly connected: { readonly name: string; readonly remoteAddress: string; readonly resumed: boolean };
  /** The other end was added to the contacts. */
  readonly remembered: { readonly name: string };
  /** The first picture is on the screen. */
  readonly "first-picture": { readonly widthPx: number; readonly heightPx: number };
  /** Each picture that is shown. */
  readonly shown: ShownPicture;
  /** For a second no picture came in time to be shown (true), and `cause` is why; or there is one again (false). */
  readonly late: { readonly late: true; readonly cause: SlowPart } | { readonly late: false };
  /** Nothing was heard for 3 s (true), or it is heard again (false). */
  readonly silent: { readonly silent: boolean };
  readonly reconnecting: { readonly cause: string };
  /** The other end cannot be reached (yet); the next attempt is in `delayMs`. */
  readonly attempt: { readonly failures: number; readonly delayMs: number; readonly reason: string };
  /** A key was pressed in the window. */
  readonly key: { readonly key: string };
  /** The window was closed. */
  readonly "window-closed": Record<string, never>;
  /** The other end wrote. */
  readonly text: ReceivedText;
  /** What becomes of a file that the other end sends, or is sent. */
  readonly file: FileEvent;
  /** The speaker is open. */
  readonly playing: { readonly name: string };
  /** The other end has switched its microphone off, or on again. */
  readonly "other-muted": { readonly muted: boolean };
  /** The other end has switched its camera off, or it gives no pictures (lost), or it does again (on). */
  readonly "other-camera": { readonly state: VideoState };
  /** A file is being recorded. */
  readonly "record-started": { readonly path: string; readonly mode: RecordMode };
  /** It has ended; with a `message` it was not to. */
  readonly "record-ended": RecordedFileEnd;
  /** The other end records what we send (true), or does not (any more). */
  readonly "other-records": { readonly recording: boolean };
  /** What the filter of incoming pictures tells. */
  readonly "incoming-filter": { readonly value: JsonObject };
  /** Something is not as was asked, and works all the same: a sentence for the user. */
  readonly notice: { readonly code: string; readonly message: string };
  /** The playback engine died, and a new one runs unless `isFinal`; or the filter does not load. */
  readonly trouble: { readonly code: string; readonly message: string; readonly isFinal: boolean };
  /** It is over. With an error it did not end well. */
  readonly closed: {
    readonly code: string;
    readonly reason: string;
    readonly by: "us" | "them" | "loss";
    readonly error: TransportError | undefined;
  };
}
