// What the command line refuses, without a call being made.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { exitCodes } from "@simple-video-chat/protocol/cli";
import { suite } from "uvu";

import { main } from "../src/cli.ts";

const test = suite("svc-peer arguments");

const invite = "127.0.0.1:1/000g40r40m30e209185gr38e1wks";
const testcard = ["--source", "testcard", "--no-window"];

/** Runs the program, and gives what it wrote to stderr too. */
async function run(...argv: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  let said = "";
  const { write } = process.stderr;
  process.stderr.write = (text: string | Uint8Array): boolean => {
    said += String(text);
    return true;
  };
  try {
    return { code: await main(argv), said };
  } finally {
    process.stderr.write = write;
  }
}

const mistakes: readonly (readonly [string, readonly string[]])[] = [
  ["an option that there is not", ["--fast"]],
  ["a bitrate that is none", [...testcard, "--video-bit-rate", "fast"]],
  ["a frame rate of 0", [...testcard, "--max-fps", "0"]],
  ["a frame rate that is no number", [...testcard, "--max-fps", "many"]],
  ["a frame rate above what the wire allows", [...testcard, "--max-fps", "241"]],
  ["a size of 20 pixels", [...testcard, "--max-size", "20"]],
  ["a latency of 5 ms", [...testcard, "--max-latency", "5"]],
  ["a codec that there is not", [...testcard, "--video-codec", "mpeg1"]],
  ["a picture size without a height", [...testcard, "--camera-size", "640"]],
  ["a loop without a file", [...testcard, "--loop"]],
  ["an address that is none", [...testcard, "--listen", "here:port"]],
  ["a mistyped invite", [...testcard, `${invite.slice(0, -1)}0`]],
  ["something that is no invite", [...testcard, "anna"]],
  ["a time limit of 0", [...testcard, "--time-limit", "0"]],
  ["neither pictures nor sound", [...testcard, "--no-video", "--no-audio"]],
  ["waiting for nobody", [...testcard, "--wait"]],
  ["an invite and an address to wait at", [...testcard, invite, "--listen", "127.0.0.1:0"]],
  ["a key file and a code to ask for", [...testcard, "127.0.0.1:1", "--key-file", "no-such-key", "--code"]],
  ["an invite and a key file", [...testcard, invite, "--key-file", "no-such-key"]],
  ["silence and headphones", [...testcard, "--no-audio", "--headphones"]],
  ["no window on the full screen", [...testcard, "--fullscreen"]],
];
for (const [name, argv] of mistakes) {
  test(`refuses ${name} with a sentence`, async () => {
    const { code, said } = await run(...argv);
    assert.equal(code, exitCodes.usage, said);
    assert.match(said, /^\S.*\nSee --help\.\n$/s);
    assert.doesNotMatch(said, /\n\s+at /);
  });
}

test("says that there is no such file", async () => {
  const { code, said } = await run("--source", "no-such-film.mp4", "--no-window");
  assert.equal(code, exitCodes.couldNotStart);
  assert.match(said, /no file no-such-film\.mp4/);
});

test("says that nobody answers, and leaves nothing running", async () => {
  const { code, said } = await run(...testcard, invite);
  assert.equal(code, exitCodes.couldNotStart, said);
});

test("says that its port is taken", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  try {
    const { code, said } = await run(...testcard, "--listen", `127.0.0.1:${port}`);
    assert.equal(code, exitCodes.couldNotStart, said);
    assert.notEqual(said, "");
  } finally {
    server.close();
  }
});

test.run();
