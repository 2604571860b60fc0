// A measuring program of this folder as a process of its own, in a network namespace if need be: what it does is neither in the
// process that measures nor slowed down by it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { BenchError } from "./scenario.ts";

/** A measuring program that runs. */
export class HelperProgram {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string, undefined>;
  #stderr = "";

  /** @param name of the program's file, without its ending @param request what it is to do, its only argument */
  constructor(name: string, request: object, namespace?: string) {
    this.#name = name;
    const node = [process.execPath, fileURLToPath(new URL(`${name}.js`, import.meta.url)), JSON.stringify(request)] as const;
    const [command, ...args] = namespace === undefined ? node : (["nsenter", `--net=/run/netns/${namespace}`, ...node] as const);
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"] });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-2000);
    });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line that it prints. @throws BenchError program-ended */
  async line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new BenchError("program-ended", `${this.#name} ended before it said what it measured.\n${this.#stderr}`);
    return value;
  }

  /** Ends it: its standard input ends. Resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, "close");
    this.#child.stdin?.end();
    await gone;
  }
}
