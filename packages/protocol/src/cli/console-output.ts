// What a program says: sentences for people on stderr, one JSON object a line on stdout when --json was given, and a status line
// that is rewritten in place on a terminal.

import { cleanText } from "../messages/clean-text.ts";
import type { JsonObject } from "../messages/json-object.ts";
import type { StatusLines } from "./call-figures.ts";
import { type PeopleStream, understandsEscapes } from "./terminal.ts";

/** What stands before the line that is typed. */
const typingPrompt = "Message: ";

/** A status line that cannot be rewritten (no terminal) is printed this often, ms. */
const plainStatusIntervalMs = 5000;

/**
 * Erases from the first column on to the end of the screen. Of the first row of the screen tmux takes that for the wish to begin a new page, and keeps the old one in
 * its history: so not from the first letter.
 */
const eraseBelow = "\r \x1b[J\r\x1b[K";
/** A line that is too long is cut by the terminal, not continued below: it may know better how wide a letter is. */
const [cutLines, wrapLines] = ["\x1b[?7l", "\x1b[?7h"];

export interface ConsoleOutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Where people read; a terminal or not. */
  readonly people?: PeopleStream;
  /** Where programs read. */
  readonly programs?: NodeJS.WritableStream;
  readonly nowMs?: () => number;
  /** Where TERM is said. */
  readonly env?: NodeJS.ProcessEnv;
}

/** The voice of a program. */
export class ConsoleOutput {
  readonly #options: ConsoleOutputOptions;
  readonly #people: PeopleStream;
  readonly #programs: NodeJS.WritableStream;
  readonly #nowMs: () => number;
  /** Lines can be rewritten. */
  readonly #isRewritable: boolean;
  #status: StatusLines | undefined;
  #typed: string | undefined;
  /** Lines that stand at the bottom of the terminal, to be written over. */
  #standing: readonly string[] = [];
  /** The cursor is behind the last of them, where somebody types; else before the first. */
  #isCursorBehind = false;
  #lastPlainStatusMs = Number.NEGATIVE_INFINITY;
  readonly #onResize = (): void => this.#drawBottom();

  constructor(options: ConsoleOutputOptions) {
    this.#options = options;
    this.#people = options.people ?? process.stderr;
    this.#programs = options.programs ?? process.stdout;
    this.#nowMs = options.nowMs ?? (() => performance.now());
    this.#isRewritable = understandsEscapes(this.#people, options.env);
  }

  /** Says a sentence to the user, whatever --quiet says about the rest when `isImportant`. */
  say(sentence: string, isImportant: boolean = false): void {
    if (this.#options.quiet && !isImportant) return;
    this.#people.write(`${this.#erased()}${sentence}\n${this.#standingText()}`);
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
    if (this.#isRewritable) {
      this.#status = lines;
      this.#drawBottom();
    } else if (this.#nowMs() - this.#lastPlainStatusMs >= plainStatusIntervalMs) {
      this.#lastPlainStatusMs = this.#nowMs();
      this.#people.write(`${lines[0]}\n`);
    }
  }

  /** Shows what is being typed under the status, on a terminal; undefined: no more. */
  typing(text: string | undefined): void {
    if (!this.#isRewritable) return;
    this.#typed = text;
    this.#drawBottom();
  }

  /** Ends the status line, so that the shell's prompt begins on a line of its own. */
  end(): void {
    this.#status = undefined;
    this.#typed = undefined;
    this.#drawBottom();
  }

  get #columns(): number {
    return this.#people.columns ?? 80;
  }

  #drawBottom(): void {
    const text = this.#erased() + this.#standingText();
    if (text !== "") this.#people.write(text);
  }

  #bottomLines(): readonly string[] {
    const width = this.#columns - 1;
    const status = this.#status?.find(({ length }) => length <= width) ?? this.#status?.at(-1);
    const lines = status === undefined ? [] : [status.slice(0, width)];
    if (this.#typed === undefined) return lines;
    // Of a long line the end is shown: there it is typed.
    const room = Math.max(1, width - typingPrompt.length - 1);
    return [...lines, typingPrompt + [...this.#typed].slice(-room).join("")];
  }

  /** What takes the standing lines away and leaves the cursor where the first of them began. */
  #erased(): string {
    if (this.#standing.length === 0) return "";
    const up = this.#rowsAboveCursor();
    this.#standing = [];
    this.#people.off("resize", this.#onResize);
    return `${up === 0 ? "" : `\x1b[${up}A`}${eraseBelow}`;
  }

  /**
   * Rows between the beginning of the standing lines and the cursor. It waits at their beginning, unless something is typed: a terminal that gets narrower
   * may break lines anew or cut them, which nobody can ask it, and the beginning is the one place that is the same in both. Behind a typed
   * line the lines are taken to be broken anew, as most terminals do.
   */
  #rowsAboveCursor(): number {
    if (!this.#isCursorBehind) return 0;
    return this.#standing.reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / this.#columns)), -1);
  }

  #standingText(): string {
    const lines = this.#bottomLines();
    this.#standing = lines;
    this.#isCursorBehind = this.#typed !== undefined;
    if (lines.length === 0) return "";
    this.#people.on("resize", this.#onResize);
    return `${cutLines}${lines.join("\n")}${wrapLines}${this.#isCursorBehind ? "" : "\r"}`;
  }
}

/** A name or text from outside, made safe for a terminal: no control characters, no escape sequences, no bidi tricks. */
export function forTerminal(text: string, maxChars: number = 64): string {
  return [...cleanText(text, { lines: false })].slice(0, maxChars).join("");
}
