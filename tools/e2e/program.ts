// A program of ours as a real process in a test: its JSON lines, its sentences, its engines and its end. After its end nothing of it may
// be left: no process that it started, and nobody at the port it listened at.

import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";

import type { Readable } from "node:stream";

import { type JsonObject, type Micros, nowUs } from "@simple-video-chat/protocol";

import { repositoryRoot } from "../run/repository.ts";
import { insideOf } from "./network-namespaces.ts";
import { isListening, type LivingProcess, markedProcesses, markVariable } from "./process-tree.ts";
import { waitUntil, within } from "./wait-until.ts";

/** Our programs. */
export type ProgramName = "sender" | "receiver" | "peer";

/** The two kinds of engines, by the package whose engine/main.js they run. */
const enginePackages = { capture: "sender", playback: "receiver" } as const;

/** Generous: the computer may be busy with other tests. */
const eventLimitMs = 20_000;
/** What a program started has this long to follow it. */
const leavingMs = 3_000;
const keptSentences = 40;
const keptEvents = 25;

/** How to run a program. */
export interface ProgramOptions {
  /** Added to this process' environment. SVC_INVITE keeps an invite out of argv. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A network namespace to run it in. */
  readonly namespace?: string;
  /** The folder that it runs in; default this one. */
  readonly cwd?: string;
  /** Whether its stdin and stderr are a terminal, on which {@link Program.type} types. */
  readonly terminal?: boolean;
  /** A folder into which the packages were installed: their program there, in place of the repository's. */
  readonly installedIn?: string;
}

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Which event is waited for. */
export interface EventChoice {
  /** The event must satisfy this. */
  readonly where?: (event: JsonObject) => boolean;
  /** The how many-th of them; default 1. */
  readonly nth?: number;
  /** Only events from this position in {@link Program.events} on; default 0: one that has been is found too. */
  readonly from?: number;
  readonly limitMs?: number;
}

/** A running program, or one that has ended. */
export class Program {
  /** Everything it gave on stdout so far. */
  readonly events: JsonObject[] = [];
  /** Everything it said on stderr so far, by lines. */
  readonly sentences: string[] = [];
  /** All that it wrote to stderr so far, or its terminal was given: the unfinished line too. */
  shown = "";
  /** What it printed on stdout that is not JSON; with --json nothing may be. */
  readonly plainLines: string[] = [];
  /** Resolves when the program itself has ended and all it printed was read. */
  readonly ended: Promise<ProgramEnd>;
  readonly #what: string;
  readonly #mark = randomUUID();
  readonly #child: ChildProcess;
  readonly #onNews = new Set<() => void>();
  readonly #heardUs = new WeakMap<JsonObject, Micros>();

  /** @param args after the program's name; without --json there are sentences only, no events */
  constructor(name: ProgramName, args: readonly string[], options: ProgramOptions = {}) {
    const here = join(repositoryRoot, "packages", name);
    const place = options.installedIn === undefined ? here : join(options.installedIn, "node_modules", "@simple-video-chat", name);
    const entry = join(place, "bin", `svc-${name}.js`);
    const command = [process.execPath, entry, ...args];
    const there = options.terminal === true ? onTerminal(command) : command;
    const inPlace = options.namespace === undefined ? there : [...insideOf(options.namespace), ...there];
    this.#what = [name, ...args].join(" ");
    this.#child = spawn(inPlace[0] ?? "", inPlace.slice(1), {
      stdio: options.terminal === true ? ["pipe", "ignore", "pipe", "pipe"] : ["ignore", "pipe", "pipe"],
      cwd: options.cwd,
      env: {
        ...process.env,
        DISPLAY: undefined,
        SVC_INVITE: undefined,
        SVC_CONFIG: "",
        SVC_REMEMBER: "0",
        ...options.env,
        [markVariable]: this.#mark,
      },
    });
    this.ended = this.#read();
  }

  /** Process id of the program: its network process. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The port it said it listens at, 0 before that. */
  get port(): number {
    return Number(this.events.find(({ event }) => event === "listening")?.["port"] ?? 0);
  }

  /** All that it said on stderr so far, as one text. */
  get stderr(): string {
    return this.sentences.join("\n");
  }

  /** Process ids of all its engines, of both kinds. */
  get enginePids(): number[] {
    const isEngine = ({ parentPid, command }: LivingProcess): boolean => parentPid === this.pid && command.includes("/dist/engine/main.js");
    return this.processes()
      .filter(isEngine)
      .map(({ pid }) => pid);
  }

  /** The program and everything that it started, as far as it lives. */
  processes(): LivingProcess[] {
    return markedProcesses(this.#mark);
  }

  /** Process id of its engine of this kind, as soon as there is one other than `not`. */
  async engine(kind: keyof typeof enginePackages, not: number = 0): Promise<number> {
    let pid: number | undefined;
    const isIt = ({ parentPid, command, ...other }: LivingProcess): boolean =>
      parentPid === this.pid && other.pid !== not && command.includes(`packages/${enginePackages[kind]}/dist/engine/main.js`);
    await waitUntil(() => (pid = this.processes().find(isIt)?.pid) !== undefined, `a ${kind} engine of ${this.#what}`);
    return pid ?? 0;
  }

  /**
   * The first such event, as soon as there is one.
   *
   * @param choice or only a number: the how many-th of them
   * @throws Error when the program ends first, or the time is up
   */
  async event(name: string, choice: EventChoice | number = {}): Promise<JsonObject> {
    const { where = () => true, nth = 1, from = 0, limitMs = eventLimitMs } = typeof choice === "number" ? { nth: choice } : choice;
    const find = (): JsonObject | undefined => this.events.slice(from).filter((event) => event["event"] === name && where(event))[nth - 1];
    await this.#until(() => find() !== undefined, `event "${name}"${nth === 1 ? "" : ` number ${nth}`}`, limitMs);
    return find() ?? {};
  }

  /** When an event of {@link Program.events} came here. */
  heardUs(event: JsonObject): Micros {
    return this.#heardUs.get(event) ?? nowUs();
  }

  /** The invite that it gave (the latest, if it gave several). */
  async invite(): Promise<string> {
    await this.event("invite");
    const invite = this.events.findLast(({ event }) => event === "invite")?.["invite"];
    return typeof invite === "string" ? invite : "";
  }

  /** The first line on stderr with these words, as soon as it is said. */
  async sentence(words: string | RegExp, limitMs: number = eventLimitMs): Promise<string> {
    const find = (): string | undefined =>
      this.sentences.find((line) => (typeof words === "string" ? line.includes(words) : words.test(line)));
    await this.#until(() => find() !== undefined, `a sentence with ${String(words)}`, limitMs);
    return find() ?? "";
  }

  /** A signal to the program itself, not to its engines. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /**
   * Waits for the program's end, and until nothing of it is left.
   *
   * @throws Error when it takes too long, or ended otherwise than with `code`, or left a process or a listening socket
   */
  async exits(code: number | "by a signal", limitMs: number = eventLimitMs): Promise<void> {
    const end = await within(this.ended, limitMs, () => `the end of ${this.transcript()}`);
    const asWanted = code === "by a signal" ? end.signal !== null : end.code === code;
    if (!asWanted) throw new Error(`ended with ${end.signal ?? `exit code ${end.code}`} instead of ${code}: ${this.transcript()}`);
    const left = (): LivingProcess[] => this.processes();
    await waitUntil(() => left().length === 0, `nothing left of ${this.#what}`, leavingMs).catch(() => {
      const names = left().map(({ pid, command }) => `${pid} ${command}`);
      if (names.length > 0) throw new Error(`left processes: ${names.join("; ")}: ${this.transcript()}`);
    });
    if (this.port !== 0 && isListening(this.port)) throw new Error(`somebody still listens at ${this.port}: ${this.transcript()}`);
  }

  /** The exit code, when the program has ended. @throws Error when it takes too long or was ended by a signal */
  async exitCode(limitMs: number = eventLimitMs): Promise<number> {
    const { code, signal } = await within(this.ended, limitMs, () => `the end of ${this.transcript()}`);
    if (code === null) throw new Error(`ended with ${signal ?? "an error"}: ${this.transcript()}`);
    return code;
  }

  /** As Ctrl-C by its user, and its end with the exit code for that. */
  async interrupt(limitMs?: number): Promise<void> {
    this.signal("SIGINT");
    await this.exits(130, limitMs);
  }

  /** Ends it and everything that it started without a goodbye. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    for (const { pid } of this.processes()) killQuietly(pid);
    await this.ended;
  }

  /** Types on its terminal. */
  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** What it was and what it said last, for the message of a test that failed. */
  transcript(): string {
    // Of the figures only the last: they come every second.
    const lastStats = this.events.findLast(({ event }) => event === "stats");
    const kept = this.events.filter((event) => event["event"] !== "shown" && (event["event"] !== "stats" || event === lastStats));
    const events = kept.slice(-keptEvents).map((event) => JSON.stringify(event));
    return [this.#what, ...this.sentences.slice(-keptSentences), ...events].join("\n    ");
  }

  async #until(condition: () => boolean, what: string, limitMs: number): Promise<void> {
    if (condition()) return;
    let check: () => void = () => {};
    const happened = new Promise<void>((resolve) => {
      check = () => {
        if (condition()) resolve();
      };
      this.#onNews.add(check);
    });
    const ended = this.ended.then((end) => {
      if (!condition()) throw new Error(`ended (${end.signal ?? end.code}) without ${what}: ${this.transcript()}`);
    });
    try {
      await within(Promise.race([happened, ended]), limitMs, () => `${what} of ${this.transcript()}`);
    } finally {
      this.#onNews.delete(check);
    }
  }

  #read(): Promise<ProgramEnd> {
    const { stderr } = this.#child;
    const stdout = this.#child.stdout ?? (this.#child.stdio[3] as Readable | null);
    if (stdout !== null) createInterface({ input: stdout }).on("line", (line) => this.#take(line));
    if (stderr !== null) {
      stderr.on("data", (data: Buffer) => {
        this.shown += data.toString("utf8");
        for (const check of this.#onNews) check();
      });
      createInterface({ input: stderr }).on("line", (line) => {
        this.sentences.push(line);
        for (const check of this.#onNews) check();
      });
    }
    return new Promise((resolve) => {
      this.#child.on("close", (code, signal) => resolve({ code, signal }));
      this.#child.on("error", (error) => {
        this.sentences.push(error.message);
        resolve({ code: null, signal: null });
      });
    });
  }

  #take(line: string): void {
    if (line.startsWith("{")) {
      const event = JSON.parse(line) as JsonObject;
      this.#heardUs.set(event, nowUs());
      this.events.push(event);
    } else this.plainLines.push(line);
    for (const check of this.#onNews) check();
  }
}

/** Starts a program with --json; what it left is killed when the test is over. */
export type Start = (name: ProgramName, args: readonly string[], options?: ProgramOptions) => Program;

/**
 * A test body that starts programs: `test("…", withPrograms(async (start) => { … }))`. Whatever becomes of the test, all of them are ended
 * after it.
 *
 * @param limitMs for the whole test
 */
export function withPrograms(body: (start: Start) => Promise<void>, limitMs: number = 60_000): () => Promise<void> {
  return async () => {
    const programs: Program[] = [];
    const start: Start = (name, args, options) => {
      const program = new Program(name, [...args, "--json"], options);
      programs.push(program);
      return program;
    };
    const killAll = (): void => {
      for (const program of programs) for (const { pid } of program.processes()) killQuietly(pid);
    };
    process.once("exit", killAll);
    try {
      await within(body(start), limitMs, () => `the test's end; ${programs.map((program) => program.transcript()).join("\n  ")}`);
    } finally {
      await Promise.all(programs.map((program) => program.kill()));
      process.off("exit", killAll);
    }
  };
}

/** A terminal's program gives its events on descriptor 3, and all that the terminal shows on stderr. */
function onTerminal(command: readonly string[]): string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  // script writes what its terminal shows to its own stdout.
  return [
    "sh",
    "-c",
    'exec script --quiet --return --command "$0" /dev/null >&2',
    `stty columns 100; export TERM=xterm; exec ${quoted} >&3`,
  ];
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // gone already
  }
}
