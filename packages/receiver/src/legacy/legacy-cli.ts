// svc-receiver --legacy: the options and the sentences of watching an original server.

import type { ConsoleOutput, ExitCode } from "@simple-video-chat/protocol/cli";

/** What yargs gives for the options of svc-receiver. */
export interface LegacyReceiverArguments {
  readonly target?: string | undefined;
  readonly window: boolean;
}

/** Runs the bridge. @returns the exit code */
export function runLegacyReceiver(_args: LegacyReceiverArguments, _output: ConsoleOutput, stopped: Promise<ExitCode>): Promise<ExitCode> {
  return stopped;
}
