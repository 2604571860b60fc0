// One of our programs as a user runs it: a process of its own, its --json lines read and stamped as they come.

import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

import { BenchError } from "./scenario.ts";

const eventTimeoutMs = 30_000;
const require = createRequire(import.meta.url);

/** A line of a program's output. */
export interface ProgramEvent {
  /** When it came, on performance.now()'s clock. */
  readonly atMs: number;
  readonly event: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Waiting {
  readonly isWanted: (event: ProgramEvent) => boolean;
  readonly resolve: (event: ProgramEvent) => void;
}

/** The folder of one of our packages. */
export function packageFolder(name: "peer" | "protocol" | "receiver" | "sender"): string {
  return dirname(require.resolve(`@simple-video-chat/${name}/package.json`));
}

/** Where a program runs. */
export interface ProgramPlace {
  /** A network namespace. */
  readonly namespace?: string | undefined;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A running program. */
export class Program {
  /** When it was spawned, on performance.now()'s clock. */
  readonly spawnedMs: number;
  readonly #child: ChildProcess;
  readonly #events: ProgramEvent[] = [];
  readonly #waiting = new Set<Waiting>();
  readonly #listeners = new Set<(event: ProgramEvent) => void>();
  readonly #ended: Promise<void>;
  readonly #name: string;
  #stderr = "";

  /** Starts svc-peer, svc-receiver or svc-sender with --json. */
  constructor(name: "peer" | "receiver" | "sender", args: readonly string[], { namespace, env }: ProgramPlace = {}) {
    this.#name = name;
    this.spawnedMs = performance.now();
    const node = [process.execPath, join(packageFolder(name), "bin", `svc-${name}.js`), ...args, "--json"];
    const [command, rest] =
      namespace === undefined ? [process.execPath, node.slice(1)] : ["nsenter", [`--net=/run/netns/${namespace}`, ...node]];
    // A measured call is not one to remember.
    this.#child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...env, SVC_REMEMBER: "0" } });
    this.#ended = new Promise((resolve) => this.#child.once("close", () => resolve()));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    if (this.#child.stdout !== null) createInterface({ input: this.#child.stdout }).on("line", (line) => this.#onLine(line));
  }

  /** The network process; the engines descend from it. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Calls `listener` for each event from now on, at the moment it comes. @returns ends that */
  onEvent(listener: (event: ProgramEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The first event of this name, whether it has come or is still to come. @throws BenchError */
  first(name: string): Promise<ProgramEvent> {
    const past = this.#events.find(({ event }) => event === name);
    return past === undefined ? this.#wait(name, ({ event }) => event === name) : Promise.resolve(past);
  }

  /** The next event of this name that comes from now on. @throws BenchError */
  next(name: string): Promise<ProgramEvent> {
    return this.#wait(name, ({ event }) => event === name);
  }

  /** Ends the program as Ctrl-C does. Resolves when it is gone; the summary has been read then. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGINT");
    const timeout = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await this.#ended;
    clearTimeout(timeout);
  }

  async #wait(name: string, isWanted: Waiting["isWanted"]): Promise<ProgramEvent> {
    let waiting: Waiting | undefined;
    const came = new Promise<ProgramEvent>((resolve) => {
      waiting = { isWanted, resolve };
      this.#waiting.add(waiting);
    });
    let timeout: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timeout = setTimeout(() => resolve("late"), eventTimeoutMs);
    });
    const result = await Promise.race([came, late, this.#ended.then(() => "ended" as const)]);
    clearTimeout(timeout);
    if (waiting !== undefined) this.#waiting.delete(waiting);
    if (result === "late")
      throw new BenchError("program-silent", `${this.#name} said no "${name}" in ${eventTimeoutMs / 1000} s.\n${this.#stderr}`);
    if (result === "ended") throw new BenchError("program-ended", `${this.#name} ended before its "${name}".\n${this.#stderr}`);
    return result;
  }

  #onLine(line: string): void {
    const value = JSON.parse(line) as Record<string, unknown>;
    const event: ProgramEvent = { atMs: performance.now(), event: String(value["event"]), value };
    this.#events.push(event);
    for (const listener of this.#listeners) listener(event);
    for (const { isWanted, resolve } of this.#waiting) if (isWanted(event)) resolve(event);
  }
}
