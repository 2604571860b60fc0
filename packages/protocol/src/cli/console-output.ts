// What a program says: sentences for people on stderr, one JSON object a line on stdout when --json was given, and a status line
// that is rewritten in place on a terminal.

import { cleanText } from "../messages/clean-text.ts";
import type { JsonObject } from "../messages/json-object.ts";
import type { StatusLines } from "./call-figures.ts";

/** A status line that cannot be rewritten (no terminal) is printed this often, ms. */
const plainStatusIntervalMs = 5000;

export interface ConsoleOutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Where people read; a terminal or not. */
  readonly people?: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  /** Where programs read. */
  readonly programs?: NodeJS.WritableStream;
  readonly nowMs?: () => number;
}

/** The voice of a program. */
export class ConsoleOutput {
  readonly #options: ConsoleOutputOptions;
  readonly #people: NonNullable<ConsoleOutputOptions["people"]>;
  readonly #programs: NodeJS.WritableStream;
  readonly #nowMs: () => number;
  #hasStatus = false;
  #lastPlainStatusMs = Number.NEGATIVE_INFINITY;

  constructor(options: ConsoleOutputOptions) {
    this.#options = options;
    this.#people = options.people ?? process.stderr;
    this.#programs = options.programs ?? process.stdout;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Says a sentence to the user, whatever --quiet says about the rest when `isImportant`. */
  say(sentence: string, isImportant: boolean = false): void {
    if (this.#options.quiet && !isImportant) return;
    this.#clearStatus();
    this.#people.write(`${sentence}\n`);
  }

  /** Gives an event to the program that reads us: one line of JSON. Nothing without --json. */
  event(event: JsonObject): void {
    if (this.#options.json) this.#programs.write(`${JSON.stringify(event)}\n`);
  }

  /** Gives what the program was run for, on stdout: what people may pass on to another program. Nothing with --json. */
  result(text: string): void {
    if (!this.#options.json) this.#programs.write(`${text}\n`);
  }

  /**
   * Shows the status: in place on a terminal, else as a line every few seconds.
   *
   * @param lines - the same in several widths, the widest first: a terminal gets the first that fits
   */
  status(...lines: StatusLines): void {
    if (this.#options.quiet || this.#options.json) return;
    if (this.#people.isTTY === true) {
      const width = (this.#people.columns ?? 80) - 1;
      const line = lines.find(({ length }) => length <= width) ?? lines.at(-1) ?? "";
      this.#people.write(`\r${line.slice(0, width)}\x1b[K`);
      this.#hasStatus = true;
    } else if (this.#nowMs() - this.#lastPlainStatusMs >= plainStatusIntervalMs) {
      this.#lastPlainStatusMs = this.#nowMs();
      this.#people.write(`${lines[0]}\n`);
    }
  }

  /** Ends the status line, so that the shell's prompt begins on a line of its own. */
  end(): void {
    this.#clearStatus();
  }

  #clearStatus(): void {
    if (this.#hasStatus) this.#people.write("\r\x1b[K");
    this.#hasStatus = false;
  }
}

/** A name or text from outside, made safe for a terminal: no control characters, no escape sequences, no bidi tricks. */
export function forTerminal(text: string, maxChars: number = 64): string {
  return [...cleanText(text, { lines: false })].slice(0, maxChars).join("");
}
