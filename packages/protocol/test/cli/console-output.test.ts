import assert from "node:assert/strict";
import { Writable } from "node:stream";
import fc from "fast-check";
import { suite } from "uvu";
import { ConsoleOutput, type ConsoleOutputOptions, forTerminal } from "../../src/cli/console-output.ts";

const test = suite("ConsoleOutput");

class Screen extends Writable {
  text = "";
  readonly isTTY: boolean;
  readonly columns = 20;

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
  }

  override _write(text: string, _encoding: string, done: () => void): void {
    this.text += text;
    done();
  }
}

function start(options: Partial<ConsoleOutputOptions> & { readonly isTTY: boolean }): {
  output: ConsoleOutput;
  people: Screen;
  programs: Screen;
  wait: (ms: number) => void;
} {
  let now = 0;
  const people = new Screen(options.isTTY);
  const programs = new Screen(false);
  const output = new ConsoleOutput({ json: false, quiet: false, ...options, people, programs, nowMs: () => now });
  return {
    output,
    people,
    programs,
    wait: (ms) => {
      now += ms;
    },
  };
}

/** What a terminal shows after it was given all this. */
function seen(text: string): readonly string[] {
  const lines = [""];
  let row = 0;
  // oxlint-disable-next-line no-control-regex
  for (const [part] of text.matchAll(/\u001b\[1A|\u001b\[K|[^]/gu)) {
    if (part === "\u001b[1A") row -= 1;
    else if (part === "\u001b[K" || part === "\r") lines[row] = part === "\r" ? (lines[row] ?? "") : "";
    else if (part === "\n") lines[++row] ??= "";
    else lines[row] += part;
  }
  return lines;
}

test("keeps the status, and under it the line that is typed, below what is said", () => {
  const { output, people } = start({ isTTY: true });
  output.status("↓30 fps");
  output.typing("");
  output.typing("Hel");
  output.status("↓29 fps");
  output.say("Ann: Hi");
  assert.deepEqual(seen(people.text), ["Ann: Hi", "↓29 fps", "Message: Hel"]);
  output.typing("Hello, and more than there is room");
  assert.deepEqual(seen(people.text), ["Ann: Hi", "↓29 fps", "Message: e is room"]);
  output.typing(undefined);
  output.say("You: Hello");
  output.status("↓28 fps");
  assert.deepEqual(seen(people.text).slice(0, 3), ["Ann: Hi", "You: Hello", "↓28 fps"]);
  output.end();
  assert.deepEqual(
    seen(people.text).filter((line) => line !== ""),
    ["Ann: Hi", "You: Hello"],
  );
});

test("shows no line that is typed where there is no terminal", () => {
  const { output, people } = start({ isTTY: false });
  output.typing("Hel");
  output.typing(undefined);
  assert.equal(people.text, "");
});

test("rewrites the status in place on a terminal, cut to its width, and keeps it under the sentences", () => {
  const { output, people } = start({ isTTY: true });
  output.status("0123456789012345678901234");
  output.status("short");
  output.say("Hello.");
  output.say("Again.");
  output.status("a line that is too wide", "a narrower one");
  output.status("last");
  output.end();
  output.end();
  assert.equal(
    people.text,
    [
      "0123456789012345678",
      "\r\u001b[Kshort",
      "\r\u001b[KHello.\nshort",
      "\r\u001b[KAgain.\nshort",
      "\r\u001b[Ka narrower one",
      "\r\u001b[Klast",
      "\r\u001b[K",
    ].join(""),
  );
});

test("prints the status every five seconds where there is no terminal, without escapes", () => {
  const { output, people, wait } = start({ isTTY: false });
  for (let second = 0; second <= 11; second++) {
    output.status(`second ${second}`);
    wait(1_000);
  }
  output.say("Done.");
  output.end();
  assert.equal(people.text, "second 0\nsecond 5\nsecond 10\nDone.\n");
});

test("says only what is important with --quiet, and shows no status", () => {
  for (const isTTY of [true, false]) {
    const { output, people } = start({ isTTY, quiet: true });
    output.say("by the way");
    output.say("the invite", true);
    output.status("status");
    output.end();
    assert.equal(people.text, "the invite\n");
  }
});

test("gives programs one object a line with --json, and no status to people", () => {
  const { output, people, programs } = start({ isTTY: true, json: true });
  output.event({ event: "text", text: "two\nlines \u001b[31m" });
  output.event({ event: "closed" });
  output.status("status");
  output.say("A sentence.");
  assert.equal(people.text, "A sentence.\n");
  const lines = programs.text.trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line): unknown => JSON.parse(line)),
    [{ event: "text", text: "two\nlines \u001b[31m" }, { event: "closed" }],
  );
  assert.ok(!programs.text.includes("\u001b"));
});

test("gives programs nothing without --json", () => {
  const { output, programs } = start({ isTTY: true });
  output.event({ event: "closed" });
  assert.equal(programs.text, "");
});

test("makes any text from outside safe for a terminal, in one line of limited length", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.integer({ min: 1, max: 80 }), (text, maxChars) => {
      const safe = forTerminal(text, maxChars);
      assert.ok([...safe].length <= maxChars);
      assert.doesNotMatch(safe, /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u);
    }),
    { numRuns: 2_000 },
  );
  assert.equal(forTerminal("\u001b]0;title\u0007Anna\u202e"), "]0;titleAnna");
  assert.equal(forTerminal("😀😀😀", 2), "😀😀");
  assert.equal(forTerminal("x".repeat(100)).length, 64);
});

test.run();
