// What is said of a native library that was loaded in a process of its own.

import { setUpOpencv } from "@simple-video-chat/protocol/set-up";

import type { Finding } from "./check.ts";

/** What a process that loads libraries answers of each: its version, or why it does not load. */
export type LibraryAnswer = { readonly version: string } | { readonly error: string };

/** A process that loads libraries and answers has this long: on a busy computer they take seconds. */
export const libraryPatienceMs = 30_000;

/** Of OpenCV's binding, which can be compiled. @param command that does that: "svc-peer setup" */
export function opencvFinding(answer: LibraryAnswer | undefined, command: string): Finding {
  if (answer !== undefined && "version" in answer) return { what: "OpenCV", verdict: "ok", says: answer.version };
  const fix = async (): Promise<void> => void (await setUpOpencv());
  return { what: "OpenCV", verdict: "failed", says: `its binding does not load: ${reason(answer)}`, remedy: `Run: ${command} setup`, fix };
}

/** Of FFmpeg, which npm installs. */
export function ffmpegFinding(answer: LibraryAnswer | undefined): Finding {
  if (answer !== undefined && "version" in answer) return { what: "FFmpeg", verdict: "ok", says: answer.version };
  const remedy = "Install the packages again: npm install. node-av has binaries for Linux, macOS and Windows, on x64 and arm64.";
  return { what: "FFmpeg", verdict: "failed", says: `node-av does not load: ${reason(answer)}`, remedy };
}

function reason(answer: LibraryAnswer | undefined): string {
  return answer !== undefined && "error" in answer ? (answer.error.split("\n")[0] ?? "") : "it ends the process that loads it";
}
