// Runs one of the Python programs of tools/legacy, which stand in for the original programs, and reads its JSON lines.

import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** One line of the report of a Python program. */
export interface ReportLine {
  readonly event: string;
  readonly port?: number;
  readonly shape?: readonly number[];
  readonly sha256?: string;
  readonly first?: number;
  readonly dtype?: string;
  readonly partial?: boolean;
  readonly frames?: number;
}

/** Debian's Python: the one that has its numpy and cv2. */
export const PYTHON = "/usr/bin/python3";

/** A running Python program. */
export class PythonProgram {
  readonly #lines: AsyncIterator<string>;
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #exit: Promise<unknown[]>;

  constructor(name: "client.py" | "server.py", args: readonly string[]) {
    const path = fileURLToPath(new URL(`../../../../tools/legacy/${name}`, import.meta.url));
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1", OPENCV_LOG_LEVEL: "ERROR" };
    this.#child = spawn(PYTHON, [path, ...args], { stdio: ["pipe", "pipe", "inherit"], env });
    this.#exit = once(this.#child, "exit");
    // Begun at once: what nobody reads is lost when the program ends.
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next line; fails when there is none. */
  async next(event?: string): Promise<ReportLine> {
    const result = await this.#lines.next();
    if (result.done === true) throw new Error(`the Python program ended instead of reporting ${event ?? "something"}`);
    const line = JSON.parse(result.value) as ReportLine;
    if (event !== undefined && line.event !== event) throw new Error(`it reported ${result.value} instead of ${event}`);
    return line;
  }

  /** Types a line. */
  type(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** Its exit code. */
  async exitCode(): Promise<number | null> {
    const [code] = await this.#exit;
    return typeof code === "number" ? code : null;
  }

  /** Ends it. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
  }
}
