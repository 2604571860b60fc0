// How subcommands are found, what they are given, and what is refused.
import assert from "node:assert/strict";
import { type Command, type CommandArguments, commandIn, commandsForHelp, exitCodes, runCommand } from "@simple-video-chat/protocol/cli";
import { suite } from "uvu";
import yargs from "yargs";

const test = suite("subcommands");

const given: CommandArguments[] = [];
const greet: Command = {
  name: "greet",
  describe: "greets somebody",
  operands: "<name> [times]",
  options: { "out-loud": { type: "boolean", default: false, describe: "so that all hear it" } },
  run: (args) => {
    given.push(args);
    return Promise.resolve(exitCodes.ok);
  },
};

async function run(...argv: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  let said = "";
  const { write } = process.stderr;
  process.stderr.write = (text: string | Uint8Array): boolean => {
    said += String(text);
    return true;
  };
  try {
    return { code: await runCommand(greet, "peer", { argv, makeParser: yargs }), said };
  } finally {
    process.stderr.write = write;
  }
}

test("is found by the first word alone", () => {
  assert.equal(commandIn([greet], ["greet", "Anna"]), greet);
  assert.equal(commandIn([greet], ["--json", "greet"]), undefined);
  assert.equal(commandIn([greet], []), undefined);
});

test("gets its operands as they were typed, and its options", async () => {
  assert.equal((await run("greet", "1e3", "--out-loud")).code, exitCodes.ok);
  const args = given.at(-1);
  assert.deepEqual([args?.operands, args?.["outLoud"]], [["1e3"], true]);
});

test("refuses too few operands, too many, and options of others", async () => {
  for (const argv of [["greet"], ["greet", "a", "2", "3"], ["greet", "a", "--source", "camera"]]) {
    const { code, said } = await run(...argv);
    assert.equal(code, exitCodes.usage, argv.join(" "));
    assert.match(said, /^\S.*\nSee --help\.\n$/s);
  }
});

test("is refused behind options", async () => {
  const parser = yargs(["--json", "greet", "Anna"])
    .command(commandsForHelp([greet]))
    .options({ json: { type: "boolean" } })
    .exitProcess(false)
    .fail((_message, error) => {
      throw error;
    });
  await assert.rejects(async () => parser.parseAsync(), { exitCode: exitCodes.usage });
});

test.run();
