// The exit codes of all programs; listed in every --help.

/** Exit codes by meaning. */
export const exitCodes = {
  ok: 0,
  couldNotStart: 1,
  lost: 2,
  refused: 3,
  camera: 4,
  usage: 64,
  interrupted: 130,
} as const;

/** An exit code of ours. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The paragraph that ends every --help. */
export const exitCodesHelp =
  "Exit codes: 0 normal, 1 could not start, 2 lost while running, 3 refused (wrong or used invite), 4 camera, 64 usage, 130 Ctrl-C.";

/** An error that ends the program: its message is a sentence for the user, its code becomes the exit code. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
