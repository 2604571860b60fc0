import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import { CliError, type ExitCode, exitCodes } from "../../src/cli/exit-codes.ts";
import { type ArgumentParser, runProgram } from "../../src/cli/run-program.ts";

const test = suite("runProgram");

interface Arguments {
  readonly timeLimit?: number;
  readonly help?: boolean;
  readonly version?: boolean;
}

/** What yargs does, as far as runProgram sees it. */
class Parser implements ArgumentParser<Arguments> {
  readonly #parse: () => Arguments;
  #onFailure: (message: string, error: Error | undefined) => void = () => {};
  exitsByItself = true;

  constructor(parse: Arguments | ((fail: (message: string, error?: Error) => void) => Arguments)) {
    this.#parse = typeof parse === "function" ? () => parse((message, error) => this.#onFailure(message, error)) : () => parse;
  }

  exitProcess(enabled: boolean): this {
    this.exitsByItself = enabled;
    return this;
  }

  fail(handler: (message: string, error: Error | undefined) => void): this {
    this.#onFailure = handler;
    return this;
  }

  async parseAsync(): Promise<Arguments> {
    return this.#parse();
  }
}

/** Runs it, and gives what it wrote to stderr too. */
async function run(
  parse: ConstructorParameters<typeof Parser>[0],
  program: (args: Arguments, stopped: Promise<ExitCode>) => Promise<ExitCode> = async () => exitCodes.ok,
): Promise<{ code: ExitCode; said: string }> {
  let said = "";
  const { write } = process.stderr;
  process.stderr.write = (text: string | Uint8Array): boolean => {
    said += String(text);
    return true;
  };
  try {
    return { code: await runProgram(() => new Parser(parse), program), said };
  } finally {
    process.stderr.write = write;
  }
}

test("gives the program's exit code, and takes its signal handlers away again", async () => {
  const before = process.listenerCount("SIGINT");
  for (const code of Object.values(exitCodes)) assert.deepEqual(await run({}, async () => code), { code, said: "" });
  assert.equal(process.listenerCount("SIGINT"), before);
  assert.equal(process.listenerCount("SIGTERM"), before);
});

test("turns an error with an exit code into its sentence and its code", async () => {
  const program = async (): Promise<ExitCode> => {
    throw new CliError(exitCodes.camera, "There is no camera.");
  };
  assert.deepEqual(await run({}, program), { code: exitCodes.camera, said: "There is no camera.\n" });
});

test("says where the help is after a usage error, the parser's or the program's", async () => {
  const usage = async (): Promise<ExitCode> => {
    throw new CliError(exitCodes.usage, "No.");
  };
  assert.deepEqual(await run({}, usage), { code: exitCodes.usage, said: "No.\nSee --help.\n" });
  const parse = (fail: (message: string) => void): Arguments => {
    fail("Unknown argument: fast");
    return {};
  };
  assert.deepEqual(await run(parse), { code: exitCodes.usage, said: "Unknown argument: fast\nSee --help.\n" });
});

test("lets a defect through", async () => {
  await assert.rejects(
    run({}, async () => {
      throw new TypeError("a defect");
    }),
    TypeError,
  );
  const parse = (fail: (message: string, error?: Error) => void): Arguments => {
    fail("", new TypeError("of the parser"));
    return {};
  };
  await assert.rejects(run(parse), TypeError);
});

test("does not run the program for --help and --version", async () => {
  const never = async (): Promise<ExitCode> => exitCodes.lost;
  assert.equal((await run({ help: true }, never)).code, exitCodes.ok);
  assert.equal((await run({ version: true }, never)).code, exitCodes.ok);
});

test("ends normally at the time limit", async () => {
  const sinceMs = performance.now();
  const { code } = await run({ timeLimit: 0.2 }, (_args, stopped) => stopped);
  const tookMs = performance.now() - sinceMs;
  assert.equal(code, exitCodes.ok);
  assert.ok(tookMs > 190 && tookMs < 2_000, `${tookMs} ms`);
});

for (const timeLimit of [0, -1, 0.05, Number.NaN, 3_000_000]) {
  test(`refuses a time limit of ${timeLimit} s`, async () => {
    assert.equal((await run({ timeLimit }, (_args, stopped) => stopped)).code, exitCodes.usage);
  });
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`asks the program to end at ${signal}`, async () => {
    const ended = await run({}, async (_args, stopped) => {
      // A signal on its way does not keep a process alive.
      const alive = setInterval(() => {}, 1_000);
      process.kill(process.pid, signal);
      const code = await stopped;
      clearInterval(alive);
      return code;
    });
    assert.equal(ended.code, exitCodes.interrupted);
  });
}

test("ends a program that does not end itself at the third Ctrl-C", async () => {
  const program = fileURLToPath(new URL("./stubborn-program.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), program], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const exited = once(child, "exit");
  for (let times = 0; times < 3; times++) {
    assert.equal(child.exitCode, null, "ended too soon");
    child.kill("SIGINT");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.deepEqual(await exited, [exitCodes.interrupted, null]);
});

test("ends as it was meant when nobody reads what it says any more", async () => {
  const program = fileURLToPath(new URL("./talkative-program.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), program], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  await once(child.stdout, "data");
  child.stdout.destroy();
  assert.deepEqual(await once(child, "exit"), [exitCodes.ok, null]);
  assert.equal(said, "ended with 0\n");
});

test.run();
