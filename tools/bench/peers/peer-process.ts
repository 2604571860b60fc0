// Somebody else's program as a process group of its own, so that it and all it starts can be ended together.

import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { type ProcessUse, readTree } from "../process-stat.ts";
import { BenchError } from "../scenario.ts";
import type { LinkEnd } from "../slow-link.ts";
import { atEnd } from "./at-end.ts";

const startTimeoutMs = 10_000;
const lookMs = 20;
/** State of a listening socket in /proc/net/tcp. */
const listenState = "0A";

/** Where a program is found, as a shell finds it; undefined when it is not installed. */
export function findProgram(...names: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

/** @throws BenchError when a program that a scenario cannot do without is not installed */
export function requireProgram(name: string): void {
  if (findProgram(name) === undefined) throw new BenchError("not-installed", `${name} is not installed: apt-get install ${name}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A TCP port that nobody uses at this moment. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}

/** A running program. */
export class PeerProcess {
  readonly #child: ChildProcess;
  readonly #program: string;
  readonly #forget: () => void;
  #said = "";

  /** Starts it, in a network namespace if an end of a link is given. @param onLine each line of its stdout */
  constructor(command: readonly string[], end: LinkEnd | undefined, onLine: (line: string) => void = () => {}) {
    const [program = "", ...args] = end === undefined ? command : ["nsenter", `--net=/run/netns/${end.namespace}`, ...command];
    this.#program = command.join(" ");
    this.#child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    this.#child.once("error", (error) => {
      this.#said += error.message;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#said = (this.#said + text).slice(-2000);
    });
    if (this.#child.stdout !== null) createInterface({ input: this.#child.stdout }).on("line", onLine);
    this.#forget = atEnd(() => this.#kill());
  }

  /** The first process of the group. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it and its descendants use now. */
  use(): ProcessUse[] {
    return readTree(this.pid);
  }

  /** Resolves when something listens on this port where the program runs. @throws BenchError */
  async listening(port: number): Promise<void> {
    const giveUpMs = performance.now() + startTimeoutMs;
    while (!listensOn(this.pid, port)) {
      this.checkAlive();
      if (performance.now() > giveUpMs) throw new BenchError("program-silent", this.#explain("does not listen"));
      await sleep(lookMs);
    }
  }

  /** @throws BenchError with what it said, when it has ended */
  checkAlive(): void {
    if (this.pid === 0 || this.#child.exitCode !== null || this.#child.signalCode !== null)
      throw new BenchError("program-ended", this.#explain("ended"));
  }

  /** Ends it and all that it started. */
  async stop(): Promise<void> {
    this.#forget();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null || this.pid === 0) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#kill();
    await gone;
  }

  #kill(): void {
    try {
      process.kill(-this.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }

  #explain(what: string): string {
    return `${this.#program.slice(0, 300)} ${what}.\n${this.#said}`;
  }
}

/** Whether somebody in the network namespace of this process listens on this port. */
function listensOn(pid: number, port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["tcp", "tcp6"].some((family) => {
    try {
      return readFileSync(`/proc/${pid}/net/${family}`, "utf8")
        .split("\n")
        .some((line) => {
          const [, local = "", , state] = line.trim().split(/\s+/);
          return local.endsWith(wanted) && state === listenState;
        });
    } catch {
      return false; // not started yet, or no IPv6 here
    }
  });
}
