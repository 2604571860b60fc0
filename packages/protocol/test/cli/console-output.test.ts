import assert from "node:assert/strict";
import { Writable } from "node:stream";
import fc from "fast-check";
import { suite } from "uvu";
import { ConsoleOutput, type ConsoleOutputOptions, forTerminal } from "../../src/cli/console-output.ts";

const test = suite("ConsoleOutput");

class Screen extends Writable {
  text = "";
  readonly isTTY: boolean;
  columns = 20;

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
  const output = new ConsoleOutput({ json: false, quiet: false, env: { TERM: "xterm" }, ...options, people, programs, nowMs: () => now });
  return {
    output,
    people,
    programs,
    wait: (ms) => {
      now += ms;
    },
  };
}

// oxlint-disable-next-line no-control-regex
const shownFrom = /\u001b\[(\d+)A|\u001b\[[JK]|\u001b\[\?7[lh]|[^]/gu;

/** What a terminal shows after it was given all this: of what stays in place, as wide as it is. */
function seen(text: string): readonly string[] {
  const lines = [""];
  let [row, column] = [0, 0];
  for (const [part, up] of text.matchAll(shownFrom)) {
    if (up !== undefined) row -= Number(up);
    else if (part === "\u001b[J") lines.splice(row, Infinity, (lines[row] ?? "").slice(0, column));
    else if (part === "\u001b[K") lines[row] = (lines[row] ?? "").slice(0, column);
    else if (part === "\r") column = 0;
    else if (part === "\n") [row, column] = [row + 1, 0];
    else if (!part.startsWith("\u001b")) {
      lines[row] = (lines[row] ?? "").slice(0, column) + part;
      column++;
    }
    lines[row] ??= "";
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
  assert.deepEqual(seen(people.text), ["Hello.", "Again.", ""]);
  const lines = people.text
    .split("\u001b[?7l")
    .slice(1)
    .map((part) => part.split("\u001b[?7h")[0]);
  assert.deepEqual(lines, ["0123456789012345678", "short", "short", "short", "a narrower one", "last"]);
});

test("waits at the beginning of the status, which stays where it is when a terminal gets narrower, and cuts it anew", () => {
  const { output, people } = start({ isTTY: true });
  output.status("as wide as it can be", "this one is narrower", "narrow");
  people.text = "";
  people.columns = 8;
  people.emit("resize");
  assert.equal(people.text, "\r \u001b[J\r\u001b[K\u001b[?7lnarrow\u001b[?7h\r");
  output.typing("hello");
  people.text = "";
  // "Message: hello" would be two rows by now, and the cursor in the second.
  people.columns = 6;
  people.emit("resize");
  // oxlint-disable-next-line no-control-regex
  assert.match(people.text, /^\u001b\[2A\r \u001b\[J/);
  output.end();
  assert.equal(people.listenerCount("resize"), 0);
});

test("writes plain lines, and nothing that is typed, to a terminal that says it is dumb, or says nothing", () => {
  for (const env of [{ TERM: "dumb" }, { TERM: "" }, {}]) {
    const { output, people, wait } = start({ isTTY: true, env });
    for (let second = 0; second <= 6; second++) {
      output.status(`second ${second}`);
      wait(1_000);
    }
    output.typing("Hel");
    output.say("Done.");
    people.emit("resize");
    output.end();
    assert.equal(people.text, "second 0\nsecond 5\nDone.\n");
  }
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
