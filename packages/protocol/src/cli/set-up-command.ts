// The subcommand "setup" of all three programs: makes the computer ready for what npm could not install by itself.

import { setUpOpencv, SetUpError } from "@simple-video-chat/protocol/set-up";

import type { Command } from "./command.ts";
import { CliError, exitCodes } from "./exit-codes.ts";

/** Installs the system packages that are missing and compiles OpenCV's binding, once. */
export const setUpCommand: Command = {
  name: "setup",
  describe: "install what is missing for camera and window, and compile OpenCV's binding: once, about 3 minutes",
  options: {},
  run: async (_args, { output }) => {
    try {
      await setUpOpencv();
    } catch (error) {
      if (!(error instanceof SetUpError)) throw error;
      throw new CliError(exitCodes.couldNotStart, error.message, { cause: error });
    }
    output.say("Everything is ready.", true);
    return exitCodes.ok;
  },
};
