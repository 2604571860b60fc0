// Recording and snapshots of a running call, as its user meets them: options, keys, sentences and events. Common to receiver and peer.

import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

import { toJsonObject } from "@simple-video-chat/protocol";
import { CliError, type ConsoleOutput, exitCodes, forTerminal, type KeyActions } from "@simple-video-chat/protocol/cli";

import type { CallScreen } from "./call-screen.ts";
import type { IncomingCallEvents } from "./incoming-call-contract.ts";
import type { RecordingOptions, RecordingProgress, RecordMode } from "./recording-host.ts";
import { containerOf } from "./recording/container.ts";
import { RecordingError } from "./recording/recording-error.ts";
import { freePath, nameByDate } from "./recording/recording-name.ts";

/** What yargs gives for protocol's `recordOptions`, and for a peer's `record-mode`. */
export interface RecordArguments {
  readonly record?: string | undefined;
  readonly recordMode?: string | undefined;
  readonly snapshotDir: string;
}

/** What the user wants of recordings and snapshots. */
export interface RecordChoice {
  /** To record from the beginning; absolute. */
  readonly path: string | undefined;
  readonly mode: RecordMode;
  /** Absolute. */
  readonly snapshotFolder: string;
}

/** A call that can be recorded. */
export interface RecordableCall {
  on<K extends keyof IncomingCallEvents>(event: K, handler: (value: IncomingCallEvents[K]) => void): () => void;
  readonly recording: RecordingProgress | undefined;
  startRecording(options: RecordingOptions): void;
  stopRecording(): Promise<void>;
  snapshot(path: string): Promise<{ readonly path: string; readonly widthPx: number; readonly heightPx: number }>;
}

/**
 * Looks at the options before anything is started.
 *
 * @throws CliError usage for an ending that is none, couldNotStart for a file that exists or a folder that does not
 */
export function recordChoice(args: RecordArguments): RecordChoice {
  const snapshotFolder = resolve(args.snapshotDir);
  if (!isFolder(snapshotFolder)) {
    throw new CliError(exitCodes.couldNotStart, `There is no folder ${forTerminal(args.snapshotDir, 200)} for snapshots. Make it first.`);
  }
  const mode = (args.recordMode ?? "remote") as RecordMode;
  if (args.record === undefined) return { path: undefined, mode, snapshotFolder };
  const path = resolve(args.record);
  try {
    containerOf(path);
    if (existsSync(path)) throw RecordingError.of(path, "EEXIST", undefined);
    if (!isFolder(dirname(path))) throw RecordingError.of(path, "ENOENT", undefined);
  } catch (error) {
    if (!(error instanceof RecordingError)) throw error;
    const code = error.code === "unknown-format" ? exitCodes.usage : exitCodes.couldNotStart;
    throw new CliError(code, forTerminal(error.message, 400), { cause: error });
  }
  return { path, mode, snapshotFolder };
}

/** The recordings of a call. */
export class CallRecording {
  readonly #call: RecordableCall;
  readonly #choice: RecordChoice;
  readonly #output: ConsoleOutput;
  readonly #screen: Pick<CallScreen, "say" | "change">;
  #isMarked = false;
  #doesOtherRecord = false;

  /** Begins to record, if that is wanted from the beginning. */
  constructor(
    call: RecordableCall,
    choice: RecordChoice,
    { output, screen }: { readonly output: ConsoleOutput; readonly screen: Pick<CallScreen, "say" | "change"> },
  ) {
    this.#call = call;
    this.#choice = choice;
    this.#output = output;
    this.#screen = screen;
    this.#describeEvents();
    if (choice.path !== undefined) call.startRecording({ path: choice.path, mode: choice.mode });
  }

  /** "1:23" while something is recorded. */
  get clock(): string | undefined {
    const progress = this.#call.recording;
    return progress && formatDuration(progress.durationMs);
  }

  /** What the keys do. */
  get keys(): Pick<KeyActions, "record" | "snapshot"> {
    return { record: () => this.toggle(), snapshot: () => void this.snapshot() };
  }

  /** Shows on the screen that one of the two ends records, and for how long this one does. */
  showMark(): void {
    const { clock } = this;
    const texts = [...(clock === undefined ? [] : [clock]), ...(this.#doesOtherRecord ? ["by the other end"] : [])];
    const isMarked = texts.length > 0;
    if (isMarked || this.#isMarked) this.#screen.change({ recording: isMarked ? { text: texts.join(", ") } : null });
    this.#isMarked = isMarked;
  }

  /** Begins to record into the current folder, or ends it. */
  toggle(): void {
    if (this.#call.recording === undefined) {
      this.#call.startRecording({ path: freePath(resolve(nameByDate("call", ".mp4"))), mode: this.#choice.mode });
    } else void this.#call.stopRecording();
  }

  /** Takes a snapshot. */
  async snapshot(): Promise<void> {
    try {
      const taken = await this.#call.snapshot(freePath(join(this.#choice.snapshotFolder, nameByDate("snapshot", ".png"))));
      this.#output.event({ event: "snapshot", ...taken });
      this.#output.say(`Snapshot: ${forTerminal(taken.path, 400)}`);
      this.#screen.say("", `Snapshot: ${forTerminal(basename(taken.path), 100)}`);
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      this.#output.event({ event: "notice", code: error.code, message: error.message });
      this.#output.say(forTerminal(error.message, 400), true);
    }
  }

  #describeEvents(): void {
    const output = this.#output;
    this.#call.on("record-started", ({ path, mode }) => {
      output.event({ event: "record-started", path, mode });
      output.say(`Recording ${whatIs[mode]} to ${forTerminal(path, 400)}; the other end is told.`, true);
      this.showMark();
    });
    this.#call.on("record-ended", (file) => {
      output.event({ event: "record-ended", ...toJsonObject(file) });
      if (file.message !== undefined) output.say(forTerminal(file.message, 400), true);
      const size = `${formatDuration(file.durationMs)}, ${(file.bytes / 1e6).toFixed(1)} MB`;
      output.say(`Recorded: ${forTerminal(file.path, 400)} (${size}).`, true);
      this.#screen.say("", `Recorded: ${forTerminal(basename(file.path), 100)}`);
      this.showMark();
    });
    this.#call.on("other-records", ({ recording }) => {
      output.event({ event: "other-records", recording });
      output.say(recording ? "The other end records you." : "The other end does not record you any more.", true);
      this.#doesOtherRecord = recording;
      this.showMark();
    });
  }
}

const whatIs: Readonly<Record<RecordMode, string>> = { remote: "the other end", local: "your side", both: "both sides" };

/** "1:23" or "1:02:03". */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
