// A running call on a terminal: its events as sentences and JSON, its figures each second, its keys. Common to the programs of
// receiver and peer (entry point "@simple-video-chat/receiver/program").

import { type FileControls, type TextOutcome, toJsonObject } from "@simple-video-chat/protocol";
import {
  type ConsoleOutput,
  type DetailRow,
  type ExitCode,
  exitCodes,
  fileCommand,
  FileLines,
  formatDuration,
  formatSummary,
  forTerminal,
  type KeyActions,
  Keyboard,
  keysOf,
  type ProgramName,
  sendText,
  statusBeside,
  type StatusLines,
  tellText,
  verifySentence,
} from "@simple-video-chat/protocol/cli";

import { callKeys } from "./call-keys.ts";
import { CallRecording, type RecordableCall, type RecordChoice } from "./call-recording.ts";
import { CallScreen, type ScreenFigures } from "./call-screen.ts";
import type { DisplayView } from "./display/display.ts";
import type { Overlay, SoundLevel } from "./display/overlay.ts";
import type { BarcodeCount } from "./engine/playback-command.ts";
import type { IncomingCallEvents } from "./incoming-call-contract.ts";
import type { IncomingSummary } from "./incoming-video.ts";

export { recordChoice, type RecordArguments, type RecordChoice } from "./call-recording.ts";

const statusIntervalMs = 1000;
/** As often as levels are measured. */
const levelsIntervalMs = 100;

/** A running call, as far as a program shows it. */
export interface RunningCall extends RecordableCall {
  readonly barcodes: BarcodeCount;
  /** How loud the other end is played: from 0 to 2. */
  volume: number;
  /** Whether our microphone is switched off; only where there is one. */
  isMuted?: boolean;
  /** Whether our camera is switched off; only where there is one. */
  isCameraOff?: boolean;
  /** Whether the other end's picture stands still. */
  isPaused: boolean;
  sendText(text: string): Promise<TextOutcome>;
  readonly files: FileControls;
  overlay: Overlay;
  view: DisplayView;
  verificationWords(): Promise<string | undefined>;
  summary(): IncomingSummary;
  close(): Promise<void>;
}

const otherCameraSentences = {
  on: "The other end's camera is on again.",
  off: "The other end has switched its camera off.",
  lost: "The other end's camera gives no pictures right now.",
} as const;

/** The present figures of a call, in the ways in which they are told. */
export interface CallFigures {
  /** For programs. */
  readonly stats: object;
  /** The status line; undefined while there is nothing to show. */
  readonly status: StatusLines | undefined;
  /** What the key i shows. */
  readonly screen: ScreenFigures;
}

/** What differs between the programs. */
export interface CallProgram {
  /** Whose keys are in force. */
  readonly program: ProgramName;
  /** How the picture is to be shown at first. */
  readonly firstView: DisplayView;
  /** The user wants a window. */
  readonly wantsWindow: boolean;
  readonly record: RecordChoice;
  /** Files that are offered are taken without asking. */
  readonly acceptsFiles: boolean;
  /** The other end, at the beginning of a sentence: "The sender". */
  readonly otherEnd: string;
  /** Which way the pictures go and who sees them, as a sentence. */
  readonly whoSees: string;
  /** What it said goodbye by: "has ended". */
  readonly hasLeft: string;
  /** End when a microphone or speaker does not work. */
  readonly requiresAudio?: boolean;
  /** Show the words that must be the same at both ends. */
  readonly verifies?: boolean;
  /** What keys do that are not those of every call. */
  readonly keys?: KeyActions;
  /** The exit code when trouble of this kind ends the program. */
  readonly troubleExit?: (code: string, wasConnected: boolean) => ExitCode;
  /** The present figures. */
  readonly figures: () => CallFigures;
  /** The present settings, for the help box. */
  readonly settings: () => readonly DetailRow[];
  /** Shows the next of our sources; only where there are any. */
  readonly nextSource?: () => void;
  /** What the summary has besides the other end's video. */
  readonly summary?: () => object;
}

/**
 * Shows a call until it ends, the user ends it, or `stopped` resolves; then closes it and sums it up.
 *
 * @returns the program's exit code
 */
export async function runCall(
  call: RunningCall,
  program: CallProgram,
  { output, stopped }: { readonly output: ConsoleOutput; readonly stopped: Promise<ExitCode> },
): Promise<ExitCode> {
  const ended = describeEvents(call, program, output);
  const startedMs = performance.now();
  const screen = new CallScreen(call);
  if (Object.values(program.firstView).includes(true)) call.view = program.firstView;
  const recording = new CallRecording(call, program.record, { output, screen });
  const chat = { output, show: (from: string, text: string) => screen.say(from, text) };
  const files = new FileLines(chat, { acceptsAll: program.acceptsFiles });
  call.on("file", (event) => files.tell(event));
  const timer = setInterval(() => {
    const { stats, status, screen: shown } = program.figures();
    output.event({ event: "stats", ...toJsonObject(stats) });
    const { clock } = recording;
    const beside = [...(clock === undefined ? [] : [`rec ${clock}`]), ...(files.status === undefined ? [] : [files.status])];
    if (status !== undefined) output.status(...statusBeside(status, ...beside.map((text) => [text] as const)));
    if (screen.isDetailed) screen.showFigures(shown);
    recording.showMark();
  }, statusIntervalMs);
  const meters = setInterval(() => {
    if (screen.isDetailed) screen.showLevels(program.figures().screen.levels);
  }, levelsIntervalMs);
  const keys = { ...callKeys({ ...program, call, screen, output }), ...recording.keys, ...program.keys };
  const keyboard = new Keyboard(keysOf(program.program), keys, {
    onTyping: (text) => {
      output.typing(text);
      screen.showTyping(text);
    },
    onText: (text) => {
      if (!fileCommand(text, chat, call.files)) void sendText(chat, text, (clean) => call.sendText(clean));
    },
  });
  call.on("text", ({ name, text }) => tellText(chat, name, text));
  // Who fills the screen with the picture does not see the terminal, and wonders why nobody answers.
  call.on("notice", ({ code, message }) => {
    if (soundNotices.has(code)) screen.say("", message, code);
  });
  call.on("key", ({ key }) => keyboard.press(key));
  const code = await Promise.race([ended, stopped, keyboard.quit]);
  keyboard.release();
  screen.stop();
  clearInterval(timer);
  clearInterval(meters);
  await call.close();
  const summary = call.summary();
  const all = { ...summary, latencyMs: summary.latencyMs ?? null, ...program.summary?.(), barcodes: call.barcodes };
  output.event({ event: "summary", ...toJsonObject(all) });
  if (summary.captured > 0) output.say(`${formatDuration((performance.now() - startedMs) / 1000)}: ${formatSummary(summary)}.`);
  output.end();
  return code;
}

/** The sound of one side, for its meter; nothing where there is none. */
export function levelsOf(
  name: string,
  sound: { readonly isMuted: boolean; readonly peakDbfs?: number | null | undefined } | undefined,
): readonly SoundLevel[] {
  if (sound === undefined) return [];
  const { isMuted, peakDbfs = null } = sound;
  return isMuted || peakDbfs !== null ? [{ name, isMuted, peakDbfs }] : [];
}

/** Tells the call's events; resolves with the exit code when one of them ends the program. */
function describeEvents(call: RunningCall, program: CallProgram, output: ConsoleOutput): Promise<ExitCode> {
  const { troubleExit = troubleExitOf } = program;
  const startedMs = performance.now();
  let wasConnected = false;
  return new Promise((resolve) => {
    call.on("display", (event) => {
      if (program.wantsWindow && event.display === "none")
        output.say("There is no display here: going on without a window, with figures only.");
      if (event.display !== "browser") return;
      output.event({ event: "page", url: event.url });
      output.say(`The picture is on this page, for a browser on this computer:\n\n    ${event.url}\n`, true);
    });
    call.on("connected", (event) => {
      wasConnected = true;
      output.event({ event: "connected", ...event });
      output.say(`Connected to ${forTerminal(event.name)} (${event.remoteAddress}, direct, encrypted). ${program.whoSees}`);
    });
    call.on("connected", () => {
      if (program.verifies === true) void tellWords(call, output);
    });
    call.on("remembered", ({ name }) => {
      output.event({ event: "remembered", name });
      output.say(`Remembered as ${forTerminal(name)}: next time that name is enough.`);
    });
    call.on("first-picture", (size) => {
      output.event({ event: "first-picture", ...size, afterMs: Math.round(performance.now() - startedMs) });
    });
    call.on("late", (event) => {
      output.event({ event: "late", ...event });
      if (event.late) output.say(`No picture in time: the ${event.cause} is too slow right now.`);
    });
    call.on("silent", ({ silent }) => {
      output.event({ event: "silent", silent });
      if (silent) output.say("Nothing has come for 3 s.");
    });
    call.on("reconnecting", ({ cause }) => {
      output.event({ event: "reconnecting", cause });
      output.say("The connection is lost; reconnecting.");
    });
    call.on("attempt", (attempt) => {
      output.event({ event: "attempt", ...attempt });
      if (attempt.failures === 1) output.say(`${attempt.reason} Trying again.`);
    });
    call.on("playing", ({ name }) => {
      output.event({ event: "playing", name });
      output.say(`You hear through ${forTerminal(name)}.`);
    });
    call.on("other-muted", ({ muted }) => {
      output.event({ event: "other-muted", muted });
      output.say(muted ? "The other end has switched its microphone off." : "The other end's microphone is on again.");
    });
    call.on("other-camera", ({ state }) => {
      output.event({ event: "other-camera", state });
      output.say(otherCameraSentences[state]);
    });
    call.on("notice", ({ code, message }) => {
      output.event({ event: "notice", code, message });
      output.say(message, true);
      if (program.requiresAudio === true && isSoundTrouble(code)) resolve(troubleExit(code, wasConnected));
    });
    call.on("incoming-filter", ({ value }) => output.event({ event: "incoming-filter", value }));
    call.on("trouble", ({ code, message, isFinal }) => {
      output.event({ event: "trouble", code, message, isFinal });
      output.say(isFinal ? message : `${message} A new one was started.`, true);
      if (isFinal) resolve(troubleExit(code, wasConnected));
    });
    call.on("window-closed", () => resolve(exitCodes.ok));
    call.on("closed", (end) => {
      // Our own goodbye; when the other end broke the protocol it was also we who ended the call, but with another code.
      if (end.by === "us" && end.code === "normal") return;
      const { code, reason, by } = end;
      output.event({ event: "closed", code, reason, by });
      output.say(closingSentence(end, program), true);
      resolve(exitCodeOf(end, wasConnected));
    });
  });
}

async function tellWords(call: RunningCall, output: ConsoleOutput): Promise<void> {
  const words = await call.verificationWords();
  if (words === undefined) return;
  output.event({ event: "verify", words });
  output.say(verifySentence(words), true);
}

function closingSentence(
  { code, reason, by, error }: IncomingCallEvents["closed"],
  { otherEnd, hasLeft }: Pick<CallProgram, "otherEnd" | "hasLeft">,
): string {
  if (error !== undefined) return error.message;
  const because = reason === "" ? "" : `: ${forTerminal(reason, 200)}`;
  if (by === "us") return `${otherEnd} sent what it must not (${code})${because}. Do both ends have the same version?`;
  return code === "normal" ? `${otherEnd} ${hasLeft}${because}.` : `${otherEnd} ended the connection (${code})${because}.`;
}

function exitCodeOf({ code, by, error }: IncomingCallEvents["closed"], wasConnected: boolean): ExitCode {
  if (error?.code === "refused" || code === "revoked" || code === "refused") return exitCodes.refused;
  if (by === "them" && (code === "normal" || code === "time-limit")) return exitCodes.ok;
  return wasConnected ? exitCodes.lost : exitCodes.couldNotStart;
}

/** Notices that are shown over the picture, too. */
const soundNotices: ReadonlySet<string> = new Set(["microphone-silent", "no-sound", "echo-ducking", "sound-only"]);

/** Whether a notice says that there is no sound in one of the directions. */
function isSoundTrouble(code: string): boolean {
  return code === "microphone-failed" || code === "speaker-failed";
}

function troubleExitOf(code: string, wasConnected: boolean): ExitCode {
  return wasConnected && code !== "filter-missing" ? exitCodes.lost : exitCodes.couldNotStart;
}
