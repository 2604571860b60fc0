// Runs a command of a document in a form that harms nothing: as it stands there, but on loopback, on a free port, for some seconds, without
// window and without camera, and with a real invite where the document has <invite>.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";

import { root } from "./documents.ts";

/** What stands in for the words that a reader replaces. */
export interface Replacements {
  readonly invite: string;
  /** host:port of the partner. */
  readonly address: string;
  readonly keyFile: string;
  readonly film: string;
}

const programs: Readonly<Record<string, string>> = { sender: "sender", receiver: "receiver", peer: "peer", start: "start" };

/** The program that a command runs: sender, receiver, peer, or start (the call with oneself); undefined for anything else. */
export function programOf(command: string): string | undefined {
  const name = /^(?:pnpm (?:-s )?|svc-|npm )(\w+)/.exec(command)?.[1] ?? "";
  return programs[name];
}

/** Whether the command calls somebody, who must be there. */
export function needsPartner(command: string): boolean {
  return /<invite>|HOST:7420|receiver --legacy/.test(command);
}

/** The command's words in the form that is run: one of our programs for so many `seconds`. */
export function harmlessWords(command: string, replacements: Replacements, { seconds }: { readonly seconds: number }): string[] {
  const words = command
    .replace("<invite>", replacements.invite)
    .replace("HOST:7420", replacements.address)
    .replace(/(receiver --legacy) \S+/, `$1 ${replacements.address}`)
    .replace(/--listen \S+/, "--listen 127.0.0.1:0")
    .replace(/ --time-limit \S+/, "")
    .replace("camera.key", replacements.keyFile)
    .replace("film.mp4", replacements.film)
    .split(" ");
  // Measured for a moment, on a computer that has other things to do: it shows that the command works, not how fast anything is.
  if (command.startsWith("pnpm bench ")) return [...words, "--runs", "1", "--seconds", "1", "--patience", "0"];
  const program = programOf(command);
  if (program === undefined || command.includes("--help")) return words;
  const added = ["--time-limit", String(seconds)];
  const sends = program === "sender" || program === "peer";
  if (program !== "sender") added.push("--no-window");
  if (sends && !command.includes("--source")) added.push("--source", "testcard");
  if (sends && !command.includes("--listen") && !needsPartner(command)) added.push("--listen", "127.0.0.1:0");
  if (program === "start") added.unshift("--");
  return [...words, ...added];
}

/** How a command ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs in the repository's root. */
export class RunningCommand {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #words: readonly string[];
  #stderr = "";

  /** @param words as in a document: pnpm, npm, node, or an installed program, and its arguments */
  constructor(words: readonly string[]) {
    this.#words = words;
    const [file = "", ...args] = executable(words);
    // A person's own settings have no say.
    this.#child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, SVC_CONFIG: "" } });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    if (this.#child.stdout === null) return;
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.#lines.push(line);
      for (const wake of this.#waiting) wake();
    });
  }

  /** The first line of stdout that matches. @throws Error when it ends without one */
  async line(pattern: RegExp): Promise<string> {
    const end = new Promise<"end">((resolve) => this.#child.once("close", () => resolve("end")));
    for (;;) {
      const found = this.#lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      const woken = await Promise.race([end, new Promise<"line">((resolve) => this.#waiting.add(() => resolve("line")))]);
      this.#waiting.clear();
      if (woken === "end")
        throw new Error(`${this.#words.join(" ")} ended without ${pattern}:\n${this.#lines.join("\n")}\n${this.#stderr}`);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its end. */
  async end(): Promise<CommandEnd> {
    if (this.#child.exitCode === null && this.#child.signalCode === null)
      await new Promise((resolve) => this.#child.once("close", resolve));
    return { code: this.#child.exitCode, stdout: this.#lines.join("\n"), stderr: this.#stderr };
  }
}

/** The file to execute for a command of a document. A computer without pnpm runs the same scripts by npm, as the README says. */
function executable([first = "", ...rest]: readonly string[]): readonly string[] {
  const installed = /^svc-(\w+)$/.exec(first)?.[1];
  if (installed !== undefined) return [process.execPath, `packages/${installed}/bin/${first}.js`, ...rest];
  if (first === "node") return [process.execPath, ...rest];
  if (first !== "pnpm" || hasPnpm()) return [first, ...rest];
  const [name = "", ...args] = rest.filter((word) => word !== "-s");
  return ["npm", "run", name, "--", ...args];
}

let pnpmIsThere: boolean | undefined;

function hasPnpm(): boolean {
  pnpmIsThere ??= spawnSync("pnpm", ["--version"], { cwd: root, stdio: "ignore" }).status === 0;
  return pnpmIsThere;
}
