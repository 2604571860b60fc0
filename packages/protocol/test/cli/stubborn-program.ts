// A program that is asked to end, and does not.
import { type ArgumentParser, runProgram } from "../../src/cli/run-program.ts";

const parser: ArgumentParser<object> = {
  exitProcess: () => parser,
  fail: () => parser,
  parseAsync: () => Promise.resolve({}),
};

void runProgram(
  () => parser,
  () => {
    setInterval(() => {}, 1_000);
    process.stdout.write("running\n");
    return new Promise(() => {});
  },
);
