// A line from the user, by real programs: from a pipe, from nothing, and from a terminal.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";

const test = suite("ask");
const program = [process.execPath, "--import", import.meta.resolve("tsx"), fileURLToPath(new URL("./asking-program.ts", import.meta.url))];

/** What the program that asks prints when this is typed or piped; `isOver`: then nothing follows, else the pipe stays open. */
async function answerTo(line: string, [command = "", ...args]: readonly string[], isOver = true): Promise<string> {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.on("error", () => {});
  child.stdin.write(line);
  if (isOver) child.stdin.end();
  return text(child.stdout);
}

test("takes the first line of a pipe that has something on it, and does not wait for the pipe's end", async () => {
  assert.equal(await answerTo("\n  \n  an invite \nanother\n", program, false), '"an invite"\n');
});

test("takes no more of a line than an invite can be long", async () => {
  assert.equal((JSON.parse(await answerTo(`${"x".repeat(100_000)}\n`, program)) as string).length, 512);
});

test("has nothing when there is nothing", async () => {
  assert.equal(await answerTo("", program), "null\n");
});

test("asks at a terminal, with the question, and takes an empty line for nothing", async () => {
  const words = program.map((word) => `'${word}'`).join(" ");
  const atTerminal = ["script", "-qec", `TERM=xterm ${words}`, "/dev/null"];
  assert.match(await answerTo(" an invite \n", atTerminal, false), /Invite: [\s\S]*"an invite"/);
  assert.match(await answerTo("\n", atTerminal, false), /Invite: [\s\S]*null/);
  for (const term of ["dumb", ""]) {
    const plain = await answerTo("an invite\n", ["script", "-qec", `TERM=${term} ${words}`, "/dev/null"], false);
    assert.match(plain, /Invite: [\s\S]*"an invite"/);
    assert.ok(!plain.includes("\x1b"), JSON.stringify(plain));
  }
});

test.run();
