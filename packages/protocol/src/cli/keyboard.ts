// What becomes of a pressed key, whether it was pressed in the terminal or in a window: the action that the table of keys says, or a
// character of the message that is being typed.

import { type ExitCode, exitCodes } from "./exit-codes.ts";
import type { KeyActions, KeyBinding } from "./key-table.ts";
import { LineEditor } from "./line-editor.ts";
import { watchTerminalKeys } from "./terminal-keys.ts";

/** What a keyboard tells of a message. */
export interface TypingEvents {
  /** It is being typed; undefined: no more. */
  readonly onTyping: (text: string | undefined) => void;
  /** It is done, and not empty. */
  readonly onText: (text: string) => void;
}

/** The keys of a running program. */
export class Keyboard {
  /** Resolves when the user ends the program. */
  readonly quit: Promise<ExitCode>;
  readonly #actions: ReadonlyMap<string, () => void>;
  readonly #typing: TypingEvents | undefined;
  readonly #releaseTerminal: () => void;
  #line: LineEditor | undefined;
  #answer: ((key: string) => void) | undefined;

  /**
   * @param bindings the rows of the table that hold here
   * @param actions of quit and type there is no need: the keyboard does these itself
   * @param typing where messages go; without it none can be typed
   */
  constructor(bindings: readonly KeyBinding[], actions: Omit<KeyActions, "quit" | "type"> = {}, typing?: TypingEvents) {
    let quit: () => void = () => {};
    this.quit = new Promise((resolve) => (quit = () => resolve(exitCodes.ok)));
    const all: KeyActions = { ...actions, quit, type: () => this.#begin() };
    this.#actions = new Map(bindings.flatMap(({ keys, action }) => keys.map((key) => [key, all[action] ?? (() => {})])));
    this.#typing = typing;
    this.#releaseTerminal = watchTerminalKeys((key) => this.press(key));
  }

  /** A key was pressed; also for those that come from a window. */
  press(key: string): void {
    const answer = this.#answer;
    this.#answer = undefined;
    if (answer !== undefined) answer(key);
    else if (this.#line === undefined) this.#actions.get(key)?.();
    else if (key === "Enter" || key === "Escape") this.#finish(this.#line.text, key === "Enter");
    else {
      this.#line.press(key);
      this.#typing?.onTyping(this.#line.text);
    }
  }

  /** The next key answers a question, whatever it does otherwise. */
  answerWith(onKey: (key: string) => void): void {
    this.#answer = onKey;
  }

  /** Gives the terminal back. */
  release(): void {
    this.#releaseTerminal();
  }

  #begin(): void {
    if (this.#typing === undefined) return;
    this.#line = new LineEditor();
    this.#typing.onTyping("");
  }

  #finish(text: string, isWanted: boolean): void {
    this.#line = undefined;
    this.#typing?.onTyping(undefined);
    if (isWanted && text.trim() !== "") this.#typing?.onText(text.trim());
  }
}
