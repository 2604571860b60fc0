// A program that says something again and again until it is to end, and tells its exit code on stderr.
import { type ArgumentParser, runProgram } from "../../src/cli/run-program.ts";

const parser: ArgumentParser<object> = {
  exitProcess: () => parser,
  fail: () => parser,
  parseAsync: () => Promise.resolve({}),
};

const code = await runProgram(
  () => parser,
  async (_args, stopped) => {
    const talking = setInterval(() => process.stdout.write("again\n"), 5);
    const ended = await stopped;
    clearInterval(talking);
    return ended;
  },
);
process.stderr.write(`ended with ${code}\n`);
