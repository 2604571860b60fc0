// Runs a program from argv to exit code: usage errors, signals, the time limit, and errors as sentences.

import { CliError, type ExitCode, exitCodes } from "./exit-codes.ts";
import { parseNumber } from "./units.ts";

/** What {@link runProgram} needs of a yargs parser; protocol itself does not depend on yargs. */
export interface ArgumentParser<Arguments> {
  exitProcess(enabled: boolean): this;
  fail(handler: (message: string, error: Error | undefined) => void): this;
  parseAsync(): Promise<Arguments>;
}

/** The longest time limit, s: what a timer can hold. */
const maxTimeLimitS = 2_000_000;

/**
 * Parses the arguments and runs the program.
 *
 * @param makeParser may throw a CliError
 * @param run gets the arguments, and a promise that resolves with an exit code when the user (Ctrl-C) or the time limit ends the
 *   program; it then releases what it holds and gives the exit code
 */
export async function runProgram<Arguments extends { readonly timeLimit?: unknown; readonly help?: unknown; readonly version?: unknown }>(
  makeParser: () => ArgumentParser<Arguments>,
  run: (args: Arguments, stopped: Promise<ExitCode>) => Promise<ExitCode>,
): Promise<ExitCode> {
  const stop = stopSignal();
  try {
    const parser = makeParser();
    parser.exitProcess(false).fail((message, error) => {
      throw error ?? new CliError(exitCodes.usage, message);
    });
    const args = await parser.parseAsync();
    if (args.help === true || args.version === true) return exitCodes.ok;
    if (typeof args.timeLimit === "number") stop.after(parseNumber("time-limit", args.timeLimit, 0.1, maxTimeLimitS));
    return await run(args, stop.stopped);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const hint = error.exitCode === exitCodes.usage ? "\nSee --help." : "";
    process.stderr.write(`${error.message}${hint}\n`);
    return error.exitCode;
  } finally {
    stop.dispose();
  }
}

function stopSignal(): { stopped: Promise<ExitCode>; after: (seconds: number) => void; dispose: () => void } {
  const { promise, resolve } = withResolvers<ExitCode>();
  let timer: NodeJS.Timeout | undefined;
  let signals = 0;
  const onSignal = (): void => {
    // Whoever presses Ctrl-C a third time wants to be gone, whatever is still to be released.
    if (++signals >= 3) process.exit(exitCodes.interrupted);
    resolve(exitCodes.interrupted);
  };
  // Whoever reads our events has enough of them (`… --json | head`): that ends the program as it was meant, not with a crash.
  const onOutputError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
    resolve(exitCodes.ok);
  };
  process.stdout.on("error", onOutputError);
  const names = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    stopped: promise,
    after: (seconds) => {
      timer = setTimeout(() => resolve(exitCodes.ok), seconds * 1000);
    },
    dispose: () => {
      clearTimeout(timer);
      process.stdout.off("error", onOutputError);
      for (const name of names) process.off(name, onSignal);
    },
  };
}

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((given) => {
    resolve = given;
  });
  return { promise, resolve };
}
