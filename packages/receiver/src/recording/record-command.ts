// What the network process and the recorder say to each other besides the wire's messages: JSON of engine-configure and engine-event.

import type { RecordingErrorCode } from "./recording-error.ts";

/** Tracks on the pipe to the recorder: what comes from the other end has the numbers that it has on every pipe. */
export const localVideoTrack = 4;
/** Our own sound. */
export const localAudioTrack = 5;

/** From the network process to the recorder. */
export type RecordCommand =
  /** First of all. */
  | {
      readonly command: "record";
      readonly path: string;
      /** The video tracks that are to come: the file begins when each has given a keyframe, or soon after the first did. */
      readonly videoTracks: readonly number[];
      /** Recording ends when the disk has less room than this. */
      readonly minFreeBytes: number;
    }
  /** Ends the file; answered with "file-ended", if there is one, and "done". */
  | { readonly command: "finish" };

/** Why a file ended. */
export type FileEnd = "stopped" | "continued" | RecordingErrorCode;

/** From the recorder to the network process. */
export type RecordEvent =
  | { readonly event: "file-begun"; readonly path: string }
  | {
      readonly event: "file-ended";
      readonly path: string;
      readonly bytes: number;
      readonly durationMs: number;
      /** "continued": in another file, since a track has come, or changed, that this one has no place for. */
      readonly why: FileEnd;
      /** A sentence for the user, when it was not to end. */
      readonly message?: string;
    }
  /** No file could be made at all. */
  | { readonly event: "record-failed"; readonly code: RecordingErrorCode; readonly message: string }
  /** So far; twice a second. */
  | { readonly event: "progress"; readonly bytes: number; readonly durationMs: number }
  /** Nothing more comes. */
  | { readonly event: "done" };
