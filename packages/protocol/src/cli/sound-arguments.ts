// The sound options of a command line: what does not go together.

import { CliError, exitCodes } from "./exit-codes.ts";

/** @throws CliError usage for options that contradict each other */
export function checkAudioOptions(args: {
  readonly audio: boolean;
  readonly requireAudio: boolean;
  readonly microphone?: string | undefined;
  readonly speaker?: string | undefined;
  readonly stereo?: boolean | undefined;
  readonly noiseSuppression?: boolean | undefined;
}): void {
  if (args.stereo === true && args.noiseSuppression === true)
    throw new CliError(exitCodes.usage, "--noise-suppression knows one channel only, and --stereo asks for two: give one of the two.");
  if (args.audio) return;
  const asked = args.requireAudio ? "--require-audio" : args.microphone !== undefined ? "--microphone" : "--speaker";
  if (args.requireAudio || args.microphone !== undefined || args.speaker !== undefined)
    throw new CliError(exitCodes.usage, `--no-audio means no sound at all, and ${asked} asks for some: give one of the two.`);
}
