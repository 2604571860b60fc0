import assert from "node:assert/strict";
import { Emitter, type TextOutcome } from "@simple-video-chat/protocol";
import { ConsoleOutput, type ExitCode, exitCodes, keyRows } from "@simple-video-chat/protocol/cli";
import { suite } from "uvu";

import { type CallProgram, runCall, type RunningCall } from "../src/call-program.ts";
import type { DisplayView } from "../src/display/display.ts";
import { bareOverlay, type Overlay } from "../src/display/overlay.ts";
import type { IncomingCallEvents } from "../src/incoming-call-contract.ts";
import type { RecordingOptions } from "../src/recording-host.ts";

const test = suite("runCall");

class Paper {
  text = "";
  readonly isTTY = false;

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

class FakeCall implements RunningCall {
  readonly events = new Emitter<IncomingCallEvents>();
  readonly barcodes = { verified: 0, mismatched: 0, unreadable: 0 };
  overlay: Overlay = bareOverlay;
  view: DisplayView = { isFullscreen: false, isMirrored: false };
  isPaused = false;
  isClosed = false;
  volume = 1;
  isMuted = false;

  on<K extends keyof IncomingCallEvents>(event: K, handler: (value: IncomingCallEvents[K]) => void): () => void {
    return this.events.on(event, handler);
  }

  verificationWords(): Promise<string | undefined> {
    return Promise.resolve("aardvark adroitness absurd");
  }

  recording: RunningCall["recording"];
  readonly recorded: RecordingOptions[] = [];

  startRecording(options: RecordingOptions): void {
    this.recorded.push(options);
    this.recording = { mode: options.mode ?? "remote", path: options.path, bytes: 0, durationMs: 83_000 };
  }

  stopRecording(): Promise<void> {
    this.recording = undefined;
    return Promise.resolve();
  }

  snapshot(path: string): ReturnType<RunningCall["snapshot"]> {
    return Promise.resolve({ path, widthPx: 640, heightPx: 360 });
  }

  readonly texts: string[] = [];
  outcome: TextOutcome = "delivered";

  sendText(text: string): Promise<TextOutcome> {
    this.texts.push(text);
    return Promise.resolve(this.outcome);
  }

  readonly fileWords: string[] = [];
  readonly files: RunningCall["files"] = {
    send: (path) => {
      this.fileWords.push(`send ${path}`);
      return Promise.resolve([{ with: "Ann", outcome: "unwanted" }]);
    },
    accept: (number) => {
      this.fileWords.push(`accept ${number}`);
      return undefined;
    },
    cancel: (number) => {
      this.fileWords.push(`cancel ${number}`);
      return 4;
    },
  };

  summary(): ReturnType<RunningCall["summary"]> {
    const dropped = { notEncoded: 0, encoderDropped: 0, notSent: 0, lost: 0, waitingForKeyframe: 0, undecodable: 0, engineDied: 0 };
    return { captured: 2, shown: 2, dropped: { ...dropped, superseded: 0, stale: 0 }, fps: 1, bitrateBps: 1000, latencyMs: undefined };
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

const screen = {
  name: "Ann",
  state: "↓30 fps",
  levels: [{ name: "Ann", peakDbfs: -12, isMuted: false }],
  detail: [
    ["latency", "p50 84.2 ms"],
    ["dropped", "2 of 100"],
  ],
} as const;

interface Running {
  readonly call: FakeCall;
  readonly people: Paper;
  readonly programs: Paper;
  readonly code: Promise<ExitCode>;
  /** Ends the program as Ctrl-C would. */
  readonly stop: (code: ExitCode) => void;
}

function run(options: Partial<CallProgram> = {}): Running {
  const [call, people, programs] = [new FakeCall(), new Paper(), new Paper()];
  const writable = (paper: Paper): NodeJS.WritableStream => paper as unknown as NodeJS.WritableStream;
  const output = new ConsoleOutput({ json: true, quiet: false, people: writable(people), programs: writable(programs) });
  let stop = (_code: ExitCode): void => {};
  const stopped = new Promise<ExitCode>((resolve) => (stop = resolve));
  const figures = (): ReturnType<CallProgram["figures"]> => ({ stats: { fps: 30 }, status: ["status"], screen });
  const program: CallProgram = {
    program: "peer",
    firstView: { isFullscreen: false, isMirrored: false },
    wantsWindow: true,
    record,
    acceptsFiles: false,
    otherEnd: "The sender",
    whoSees: "Nobody sees you.",
    hasLeft: "has ended",
    figures,
    settings: () => [["with", "Ann"]],
    ...options,
  };
  return { call, people, programs, code: runCall(call, program, { output, stopped }), stop };
}

const record = { path: undefined, mode: "remote", snapshotFolder: "/tmp" } as const;
const closed = { code: "normal", reason: "", by: "them", error: undefined } as const;

for (const [what, end, code, sentence] of [
  ["the other end's goodbye", closed, exitCodes.ok, "The sender has ended."],
  ["a goodbye with a reason", { ...closed, reason: "lunch" }, exitCodes.ok, "The sender has ended: lunch."],
  ["being put out", { ...closed, code: "revoked" }, exitCodes.refused, "The sender ended the connection (revoked)."],
  ["a broken protocol", { ...closed, code: "malformed", by: "us" }, exitCodes.lost, "The sender sent what it must not (malformed)."],
  ["a time limit there", { ...closed, code: "time-limit" }, exitCodes.ok, "The sender ended the connection (time-limit)."],
] as const) {
  test(`ends with the exit code and the sentence of ${what}`, async () => {
    const { call, people, programs, code: ended } = run();
    call.events.emit("connected", { name: "Ann", remoteAddress: "192.0.2.1", resumed: false });
    call.events.emit("closed", end);
    assert.equal(await ended, code);
    assert.ok(people.text.includes("Connected to Ann (192.0.2.1, direct, encrypted). Nobody sees you.\n"), people.text);
    assert.ok(people.text.includes(sentence), people.text);
    assert.ok(call.isClosed);
    const events = programs.text.trimEnd().split("\n");
    assert.deepEqual(
      events.map((line) => (JSON.parse(line) as { event: string }).event),
      ["connected", "closed", "summary"],
    );
  });
}

test("shows name, levels and figures at i, over the picture and as lines, and takes them away at the next", async () => {
  const { call, people, code, stop } = run();
  call.events.emit("key", { key: "i" });
  const { name, levels, statistics } = call.overlay;
  assert.deepEqual(
    { name, levels, statistics },
    { name: { name: "Ann", state: "↓30 fps" }, levels: screen.levels, statistics: screen.detail },
  );
  assert.equal(people.text, "  latency  p50 84.2 ms\n  dropped  2 of 100\n");
  call.events.emit("key", { key: "y" });
  call.events.emit("key", { key: "i" });
  assert.deepEqual(call.overlay, bareOverlay);
  assert.equal(people.text.match(/latency/g)?.length, 1);
  stop(exitCodes.interrupted);
  assert.equal(await code, exitCodes.interrupted);
});

test("moves the meters ten times a second while they are shown", async () => {
  let peakDbfs = -12;
  const levels = (): Overlay["levels"] => [{ name: "Ann", peakDbfs, isMuted: false }];
  const { call, code, stop } = run({ figures: () => ({ stats: {}, status: undefined, screen: { ...screen, levels: levels() } }) });
  const shown = new Set<Overlay>();
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      shown.add(call.overlay);
    }
  };
  call.events.emit("key", { key: "i" });
  for (const peak of [-40, -3, -20]) {
    peakDbfs = peak;
    await until(() => call.overlay.levels[0]?.peakDbfs === peak);
  }
  // Nothing is drawn anew while nothing moves, but what comes each second.
  const moved = shown.size;
  const startedMs = performance.now();
  await until(() => performance.now() - startedMs > 500);
  assert.ok(shown.size - moved <= 1, `${shown.size - moved}`);
  call.events.emit("key", { key: "i" });
  assert.deepEqual(call.overlay, bareOverlay);
  stop(exitCodes.ok);
  await code;
});

test("does what a typed line says of files, and takes every other line for a message", async () => {
  const { call, people, code, stop } = run();
  for (const line of ["/send /a file", "/send 'it''s'", "/send", "/accept 3", "/accept", "/accept x", "/cancel", "/sender", "send /a"]) {
    for (const key of ["t", ...line, "Enter"]) call.events.emit("key", { key: key === " " ? "Space" : key });
  }
  await new Promise(setImmediate);
  assert.deepEqual(call.fileWords, ["send /a file", `send ${process.cwd()}/it''s`, "accept 3", "accept undefined", "cancel undefined"]);
  assert.deepEqual(call.texts, ["/sender", "send /a"]);
  for (const said of [
    "Ann takes no files.",
    "Which file?",
    "no offered file 3 to accept",
    "no offered file to accept",
    "no offered file x to",
  ]) {
    assert.ok(people.text.includes(said), said);
  }
  stop(exitCodes.ok);
  await code;
});

test("tells what becomes of files, over the picture and as lines, and cleans what comes from outside", async () => {
  const { call, people, programs, code, stop } = run();
  const file = { number: 2, direction: "in", name: "a\u001b[2J.txt", sizeBytes: 2_300_000, bytes: 0, with: "A\u202enn" } as const;
  call.events.emit("file", { ...file, state: "offered" });
  call.events.emit("file", { ...file, state: "progress", bytes: 1_000_000 });
  call.events.emit("file", { ...file, state: "failed", reason: "lost" });
  assert.match(people.text, /^Ann would send a\[2J\.txt \(2\.3 MB\)\. Type t and \/accept 2 to take it, \/cancel 2 not to\.$/m);
  assert.match(people.text, /^a\[2J\.txt from Ann was not received: the call is over/m);
  assert.equal(call.overlay.messages.length, 2);
  const events = programs.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { event: string; state?: string });
  assert.deepEqual(
    events.map(({ event, state }) => [event, state]),
    [
      ["file", "offered"],
      ["file", "progress"],
      ["file", "failed"],
    ],
  );
  stop(exitCodes.ok);
  await code;
});

test("switches the microphone off and on at m, and changes the volume at 9 and 0", async () => {
  const { call, people, code, stop } = run();
  call.events.emit("key", { key: "m" });
  assert.ok(call.isMuted);
  call.events.emit("key", { key: "m" });
  assert.ok(!call.isMuted);
  for (const key of ["9", "9", "0"]) call.events.emit("key", { key });
  assert.match(people.text, /Volume 90 %\nVolume 80 %\nVolume 90 %/);
  assert.deepEqual(call.overlay.messages, [{ from: "", text: "Volume 90 %" }]);
  stop(exitCodes.ok);
  await code;
});

test("shows over the picture, too, what is wrong with the sound, each once", async () => {
  const { call, code, stop } = run();
  for (const [notice, message] of [
    ["microphone-silent", "Your microphone is silent."],
    ["encoder-fallback", "Encoded in software."],
    ["no-sound", "The file has no sound."],
    ["microphone-silent", "Your microphone is silent."],
  ] as const)
    call.events.emit("notice", { code: notice, message });
  assert.deepEqual(
    call.overlay.messages.map(({ text }) => text),
    ["The file has no sound.", "Your microphone is silent."],
  );
  stop(exitCodes.ok);
  await code;
});

test("shows the keys and the present settings at ?, and takes them away at the next", async () => {
  const { call, people, code, stop } = run();
  call.events.emit("key", { key: "9" });
  call.events.emit("key", { key: "?" });
  assert.deepEqual(call.overlay.help?.settings, [
    ["with", "Ann"],
    ["volume", "90 %"],
    ["picture", "live"],
  ]);
  assert.deepEqual(call.overlay.help?.keys, keyRows("peer"));
  assert.match(people.text, /q, Esc +end\n[^]*volume +90 %/);
  call.events.emit("key", { key: "?" });
  assert.equal(call.overlay.help, null);
  stop(exitCodes.ok);
  await code;
});

test("holds the picture, hides and moves one's own, mirrors and fills the screen, each by a key and back by the next", async () => {
  const { call, code, stop } = run();
  const press = (key: string): void => call.events.emit("key", { key });
  press("Space");
  assert.ok(call.isPaused);
  press("Space");
  assert.ok(!call.isPaused);
  for (const [isHidden, corner, key] of [
    [true, "bottom-right", "h"],
    [false, "bottom-right", "h"],
    [false, "bottom-left", "p"],
    [false, "top-left", "p"],
    [true, "top-left", "h"],
    [false, "top-right", "p"],
    [false, "bottom-right", "p"],
  ] as const) {
    press(key);
    assert.deepEqual(call.overlay.selfView, { isHidden, corner });
  }
  for (const expected of [
    { isFullscreen: true, isMirrored: true },
    { isFullscreen: false, isMirrored: false },
  ]) {
    press("f");
    press("x");
    assert.deepEqual(call.view, expected);
  }
  stop(exitCodes.ok);
  await code;
});

test("sends the message that is typed, tells what becomes of it, and shows those that come", async () => {
  const { call, people, programs, code, stop } = run();
  const type = (...keys: readonly string[]): void => keys.forEach((key) => call.events.emit("key", { key }));
  type("t", "h");
  assert.equal(call.overlay.typing, "h");
  type("i", "q", "Enter");
  assert.equal(call.overlay.typing, null);
  await new Promise((resolve) => setImmediate(resolve));
  call.outcome = "unwanted";
  type("Enter", "o", "Enter");
  await new Promise((resolve) => setImmediate(resolve));
  call.events.emit("text", { name: "Ann\u001b[31m", text: "two\nlines" });
  assert.deepEqual(call.texts, ["hiq", "o"]);
  assert.deepEqual(
    call.overlay.messages.map(({ from, text }) => `${from}: ${text}`),
    ["You: hiq ✓", "You: o  (not delivered: messages are not wanted here or there)", "Ann[31m: two lines"],
  );
  assert.match(people.text, /You: hiq ✓\n.*not delivered.*\nAnn\[31m: two lines\n/);
  assert.match(programs.text, /"text-sent","text":"hiq","outcome":"delivered"[^]*"outcome":"unwanted"[^]*"text":"two\\nlines"/);
  stop(exitCodes.ok);
  await code;
});

test("goes on without sound, or ends where it is required", async () => {
  for (const requiresAudio of [false, true]) {
    const { call, people, code, stop } = run({ requiresAudio });
    call.events.emit("notice", { code: "microphone-silent", message: "Is it on?" });
    call.events.emit("notice", { code: "speaker-failed", message: "No speaker." });
    if (!requiresAudio) stop(exitCodes.ok);
    assert.equal(await code, requiresAudio ? exitCodes.couldNotStart : exitCodes.ok);
    assert.match(people.text, /Is it on\?\nNo speaker\./);
  }
});

test("ends at q, Escape and the window's close button", async () => {
  for (const how of ["q", "Escape", "button"]) {
    const { call, code } = run();
    if (how === "button") call.events.emit("window-closed", {});
    else call.events.emit("key", { key: how });
    assert.equal(await code, exitCodes.ok);
  }
});

test("ends at trouble that is final, with the code that the program gives it", async () => {
  for (const [troubleExit, expected] of [
    [undefined, exitCodes.couldNotStart],
    [(): ExitCode => exitCodes.camera, exitCodes.camera],
  ] as const) {
    const { call, people, code } = run(troubleExit && { troubleExit });
    call.events.emit("trouble", { code: "engine-failed", message: "It died.", isFinal: false });
    call.events.emit("trouble", { code: "engine-failed", message: "It died again.", isFinal: true });
    assert.equal(await code, expected);
    assert.ok(people.text.startsWith("It died. A new one was started.\nIt died again.\n"), people.text);
  }
});

test("says why no picture is in time", async () => {
  const { call, people, programs, code, stop } = run();
  call.events.emit("late", { late: true, cause: "link" });
  call.events.emit("late", { late: false });
  stop(exitCodes.ok);
  await code;
  assert.match(people.text, /^No picture in time: the link is too slow right now\.\n/);
  assert.match(programs.text, /\{"event":"late","late":true,"cause":"link"\}\n\{"event":"late","late":false\}\n/);
});

test("shows the words to compare after each connection, when they are wanted", async () => {
  for (const verifies of [true, false]) {
    const { call, people, programs, code, stop } = run({ verifies });
    call.events.emit("connected", { name: "Ann", remoteAddress: "192.0.2.1", resumed: false });
    await new Promise((resolve) => setImmediate(resolve));
    stop(exitCodes.ok);
    await code;
    assert.equal(people.text.includes("aardvark adroitness absurd"), verifies);
    assert.equal(programs.text.includes('{"event":"verify","words":"aardvark adroitness absurd"}'), verifies);
  }
});

test.run();
