// Starts the playback engine before the program that will want it is loaded: both take about a quarter of a second, and so they take it
// at the same time. It is a guess from the bare arguments; where it was wrong, the engine ends unused.

import { startEngineEarly } from "@simple-video-chat/protocol/engine-start";

import { playbackEngine } from "./playback-engine.ts";

/** First arguments that begin no call: the programs' subcommands. */
export const notCalls: readonly string[] = ["completion", "contacts", "devices", "doctor", "forget", "help", "setup"];
/** Options with which the engine is another one. */
const otherEngine = /^--(view|filter-?[iI]ncoming)/;
const notCallOptions: ReadonlySet<string> = new Set(["--help", "--legacy", "--version"]);

/**
 * What a program's arguments say of its playback engine.
 *
 * @returns undefined: none is wanted, or not this one
 */
export function earlyPlayback(argv: readonly string[]): { readonly hasWindow: boolean } | undefined {
  const isCall = !notCalls.includes(argv[0] ?? "") && !argv.some((word) => notCallOptions.has(word) || otherEngine.test(word));
  return isCall ? { hasWindow: !argv.includes("--no-window") } : undefined;
}

/** Starts the playback engine if these arguments will want it. To be called first of all. */
export function startPlaybackEarly(argv: readonly string[]): void {
  const early = earlyPlayback(argv);
  if (early !== undefined) startEngineEarly(playbackEngine(early.hasWindow));
}
