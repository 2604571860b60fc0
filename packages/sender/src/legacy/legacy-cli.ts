// svc-sender --legacy: the options and the sentences of the bridge to the original client.

import type { ConsoleOutput, ExitCode } from "@simple-video-chat/protocol/cli";

import type { SourceArguments } from "../video-arguments.ts";

/** What yargs gives for the options of svc-sender. */
export interface LegacySenderArguments extends SourceArguments {
  readonly listen: string;
}

/** Runs the bridge. @returns the exit code */
export function runLegacySender(_args: LegacySenderArguments, _output: ConsoleOutput, stopped: Promise<ExitCode>): Promise<ExitCode> {
  return stopped;
}
