// What a program says: sentences for people on stderr, one JSON object a line on stdout when --json was given, and a status line
// that is rewritten in place on a terminal.

import { cleanText } from "../messages/clean-text.ts";
import type { JsonObject } from "../messages/json-object.ts";
import type { StatusLines } from "./call-figures.ts";

/** What stands before the line that is typed. */
const typingPrompt = "Message: ";

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
  #status: string | undefined;
  #typed: string | undefined;
  /** Lines that stand at the bottom of the terminal, to be written over. */
  #standing = 0;
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
    const lines = this.#bottomLines();
    this.#people.write(`${this.#erased()}${sentence}\n${this.#standingText(lines)}`);
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
      const width = this.#width;
      const line = lines.find(({ length }) => length <= width) ?? lines.at(-1) ?? "";
      this.#status = line.slice(0, width);
      this.#drawBottom();
    } else if (this.#nowMs() - this.#lastPlainStatusMs >= plainStatusIntervalMs) {
      this.#lastPlainStatusMs = this.#nowMs();
      this.#people.write(`${lines[0]}\n`);
    }
  }

  /** Shows what is being typed under the status, on a terminal; undefined: no more. */
  typing(text: string | undefined): void {
    if (this.#people.isTTY !== true) return;
    this.#typed = text;
    this.#drawBottom();
  }

  /** Ends the status line, so that the shell's prompt begins on a line of its own. */
  end(): void {
    this.#status = undefined;
    this.#typed = undefined;
    this.#drawBottom();
  }

  get #width(): number {
    return (this.#people.columns ?? 80) - 1;
  }

  #drawBottom(): void {
    const text = this.#erased() + this.#standingText(this.#bottomLines());
    if (text !== "") this.#people.write(text);
  }

  #bottomLines(): readonly string[] {
    const lines = this.#status === undefined ? [] : [this.#status];
    if (this.#typed === undefined) return lines;
    // Of a long line the end is shown: there it is typed.
    const room = Math.max(1, this.#width - typingPrompt.length - 1);
    return [...lines, typingPrompt + [...this.#typed].slice(-room).join("")];
  }

  /** What takes the standing lines away and leaves the cursor where the first of them began. */
  #erased(): string {
    if (this.#standing === 0) return "";
    const text = `\r\x1b[K${"\x1b[1A\x1b[K".repeat(this.#standing - 1)}`;
    this.#standing = 0;
    return text;
  }

  #standingText(lines: readonly string[]): string {
    this.#standing = lines.length;
    return lines.join("\n");
  }
}

/** A name or text from outside, made safe for a terminal: no control characters, no escape sequences, no bidi tricks. */
export function forTerminal(text: string, maxChars: number = 64): string {
  return [...cleanText(text, { lines: false })].slice(0, maxChars).join("");
}
