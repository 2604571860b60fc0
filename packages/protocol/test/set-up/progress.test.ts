// What a person sees while something long goes on.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Progress, progressText } from "../../set-up/progress.mjs";

const terminal = { TERM: "xterm" };

function screen(isTTY: boolean): { isTTY: boolean; columns: number; written: string[]; write(text: string): void } {
  const written: string[] = [];
  return { isTTY, columns: 80, written, write: (text) => void written.push(text) };
}

test("tells the percentage and, once it can be guessed, the time left", () => {
  assert.match(progressText("Work", 0, 0), /^Work \[-+\] {3}0 %$/);
  assert.match(progressText("Work", 0.25, 60_000), /25 %, about 3:00 left$/);
});

test("writes one plain line every ten percent where there is no terminal, or one that cannot rewrite a line", () => {
  for (const [isTTY, env] of [
    [false, terminal],
    [true, { TERM: "dumb" }],
    [true, {}],
  ] as const) {
    const stream = screen(isTTY);
    const progress = new Progress("Work", { stream, now: () => 0 }, env);
    for (let done = 0; done <= 100; done += 1) progress.update(done / 100);
    progress.end();
    assert.is(stream.written.length, 11);
    assert.ok(stream.written.every((line) => line.endsWith("\n") && !line.includes("\r") && !line.includes("\x1b")));
  }
});

test("rewrites one line on a terminal, never wider than it, and clears it", () => {
  const stream = screen(true);
  const progress = new Progress("A rather long title for what is going on right now, is it not", { stream, now: () => 0 }, terminal);
  progress.update(0.5);
  progress.end();
  assert.ok(stream.written.every((text) => text.startsWith("\r") && !text.includes("\n")));
  assert.ok(stream.written.every((text) => text.replace("\r", "").replace("\x1b[K", "").length < 80));
  assert.is(stream.written.at(-1), "\r\x1b[K");
});

test("never goes back", () => {
  const stream = screen(false);
  const progress = new Progress("Work", { stream, now: () => 0 });
  progress.update(0.5);
  progress.update(0.2);
  progress.end();
  assert.match(stream.written.at(-1) ?? "", "50 %");
});

test.run();
