import { EventEmitter } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { exitCodes } from "../../src/cli/exit-codes.ts";
import { Keyboard } from "../../src/cli/keyboard.ts";
import { type KeyBinding, keyRows, keysOf, keyTable } from "../../src/cli/key-table.ts";
import { terminalKeys, watchTerminalKeys } from "../../src/cli/terminal-keys.ts";

const typeBinding: KeyBinding = { keys: ["t", "Enter"], action: "type", does: "write", programs: ["peer"] };

function typing(): {
  readonly keyboard: Keyboard;
  readonly shown: (string | undefined)[];
  readonly texts: string[];
  readonly muted: () => number;
} {
  const [shown, texts]: [(string | undefined)[], string[]] = [[], []];
  let muted = 0;
  const keyboard = new Keyboard(
    [...keysOf("peer").filter(({ action }) => action !== "type"), typeBinding],
    { mute: () => muted++ },
    { onTyping: (text) => shown.push(text), onText: (text) => texts.push(text) },
  );
  return { keyboard, shown, texts, muted: () => muted };
}

test("gives no key two meanings in a program", () => {
  for (const program of ["sender", "receiver", "peer"] as const) {
    const keys = keysOf(program).flatMap((binding) => binding.keys);
    assert.is(new Set(keys).size, keys.length, program);
    assert.is(keyRows(program).length, keysOf(program).length);
  }
  assert.is(new Set(keyTable.map(({ action }) => action)).size, keyTable.length);
});

test("does what the table says, and ends at q and Escape", async () => {
  for (const key of ["q", "Escape"]) {
    const { keyboard, muted } = typing();
    keyboard.press("m");
    keyboard.press("9");
    keyboard.press("§");
    assert.is(muted(), 1);
    keyboard.press(key);
    assert.is(await keyboard.quit, exitCodes.ok);
  }
});

test("takes every key as a character while a message is typed, and sends it at Enter", () => {
  for (const begin of ["t", "Enter"]) {
    const { keyboard, shown, texts, muted } = typing();
    for (const key of [begin, "m", "q", "Space", "é", "x", "Backspace", "Enter", "m"]) keyboard.press(key);
    assert.equal(texts, ["mq é"]);
    assert.equal(shown, ["", "m", "mq", "mq ", "mq é", "mq éx", "mq é", undefined]);
    assert.is(muted(), 1);
  }
});

test("gives the next key to who has asked, and only that one", async () => {
  const { keyboard, muted } = typing();
  const answers: string[] = [];
  keyboard.answerWith((key) => answers.push(key));
  for (const key of ["q", "m"]) keyboard.press(key);
  assert.equal(answers, ["q"]);
  assert.is(muted(), 1);
  keyboard.press("q");
  assert.is(await keyboard.quit, exitCodes.ok);
});

test("sends nothing at Escape, and nothing that is empty", () => {
  const { keyboard, texts } = typing();
  for (const key of ["t", "a", "Escape", "t", "Space", "Enter", "t", "a", "b", "Space", "c", "DeleteWord", "DeleteLine", "Enter"])
    keyboard.press(key);
  assert.equal(texts, []);
});

test("names the keys in what a terminal gives, several at once, and leaves arrows out", () => {
  assert.equal(terminalKeys("a \r\x7f\x1b[A\x1b[1;5Cé😀\x1bOPb\x1b"), ["a", "Space", "Enter", "Backspace", "é", "😀", "b", "Escape"]);
  assert.equal(terminalKeys("\x15\x17\b"), ["DeleteLine", "DeleteWord", "Backspace"]);
});

test("puts characters together that a terminal gives in pieces, and gives the terminal back", () => {
  const modes: boolean[] = [];
  const terminal = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => modes.push(isRaw),
    resume: () => {},
    pause: () => {},
  }) as unknown as NodeJS.ReadStream;
  const keys: string[] = [];
  const release = watchTerminalKeys((key) => keys.push(key), terminal);
  const bytes = Buffer.from("é!");
  terminal.emit("data", bytes.subarray(0, 1));
  terminal.emit("data", bytes.subarray(1));
  release();
  terminal.emit("data", Buffer.from("x"));
  assert.equal(keys, ["é", "!"]);
  assert.equal(modes, [true, false]);
});

test("gives the terminal back when it is released, and once is enough", () => {
  const { keyboard } = typing();
  const listeners = process.stdin.listenerCount("data");
  keyboard.release();
  keyboard.release();
  assert.ok(process.stdin.listenerCount("data") <= listeners);
});

test.run();
