// The status line on a real terminal (tmux: a pseudo terminal, and an emulator that breaks lines anew) that gets narrower and wider.
// @timeout 240
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";

const test = suite("a terminal that is resized");
const program = fileURLToPath(new URL("./status-program.ts", import.meta.url));
/** A server of its own for each test: one that has been ended may take a moment to go. */
let server = "";
let servers = 0;
const limitMs = 60_000;

function tmux(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync("tmux", ["-L", server, "-f", "/dev/null", ...args], { encoding: "utf8" });
  assert.equal(status, 0, `tmux ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** The lines of the terminal, with what it has scrolled away: tmux does that with the first ones when lines are broken anew. */
const shown = (): string[] => tmux("capture-pane", "-p", "-S", "-").trimEnd().split("\n");

const before = Array.from({ length: 12 }, (_, at) => `Sentence ${at + 1}.`);

/** Resolves when just these lines are shown below what the program says at first. */
async function shows(...below: readonly string[]): Promise<void> {
  const lines = [...before, ...below];
  const untilMs = performance.now() + limitMs;
  while (JSON.stringify(shown()) !== JSON.stringify(lines) && performance.now() < untilMs) await sleep(50);
  assert.deepEqual(shown(), lines);
}

/** Makes the program say a sentence. */
function sayMore(): void {
  process.kill(Number(tmux("display-message", "-p", "#{pane_pid}")), "SIGUSR2");
}

function open(columns: number, term: string, ...args: readonly string[]): void {
  const words = [process.execPath, "--import", import.meta.resolve("tsx"), program, ...args].map((word) => `'${word}'`).join(" ");
  tmux("new-session", "-d", "-x", String(columns), "-y", "12", `TERM=${term} exec ${words}`);
}

test.before.each(() => {
  server = `svc-test-${process.pid}-${++servers}`;
});
test.after.each(() => {
  spawnSync("tmux", ["-L", server, "kill-server"]);
});

const wide = "wide 日本語 status ".padEnd(75, ".");
const narrow = "narrow status ".padEnd(35, ".");

test("leaves nothing of a status line that was wider, and takes the wider one again", async () => {
  open(80, "tmux-256color");
  await shows(wide);
  tmux("resize-window", "-x", "40");
  await shows(narrow);
  tmux("resize-window", "-x", "20");
  await shows("narrowest");
  sayMore();
  await shows("Said later.", "narrowest");
  tmux("resize-window", "-x", "80");
  await shows("Said later.", wide);
});

test("leaves nothing of it, nor of the line that is typed below", async () => {
  open(80, "tmux-256color", "typing");
  const typed = "this is a message that is being typed right now, and long";
  await shows(wide, `Message: ${typed}`);
  tmux("resize-window", "-x", "40");
  await shows(narrow, `Message: ${typed.slice(-29)}`);
});

test("is cut by the terminal where letters are wider than they are counted", async () => {
  open(77, "tmux-256color");
  // Of 75 letters three take two columns.
  const cut = wide.slice(0, 74);
  await shows(cut);
  sayMore();
  await shows("Said later.", cut);
});

test("gets plain lines where it is dumb", async () => {
  open(80, "dumb", "typing");
  await shows(wide);
});

test.run();
