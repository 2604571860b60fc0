// The names of the keys that OpenCV's windows give as numbers, in either engine.

/** X11's keysyms, and what Qt makes of some. */
const keyNames: Readonly<Record<number, string>> = {
  0x08: "Backspace",
  0x0a: "Enter",
  0x0d: "Enter",
  0x1b: "Escape",
  0x20: "Space",
  0xff08: "Backspace",
  0xff0d: "Enter",
  0xff8d: "Enter",
};
const shiftKeys: ReadonlySet<number> = new Set([0xffe1, 0xffe2]);
/** Keysyms above this are a code point of Unicode. */
const unicodeKeysym = 0x01000000;

/** Reads the keys of one window. */
export class WindowKeys {
  #isShifted = false;

  /**
   * The name of a key, as a terminal's keys are named (cli/terminal-keys.ts).
   *
   * @param code as waitKeyEx gives it
   * @returns undefined for none, and for one that means nothing to us (an arrow)
   */
  name(code: number): string | undefined {
    if (code < 0) return undefined;
    // OpenCV leaves out whether a letter is a capital, but tells of the shift key before it.
    const isShifted = this.#isShifted;
    this.#isShifted = shiftKeys.has(code);
    if (this.#isShifted) return undefined;
    const named = keyNames[code];
    if (named !== undefined) return named;
    const character = characterOf(code);
    return isShifted && character !== undefined && /[a-z]/.test(character) ? character.toUpperCase() : character;
  }
}

function characterOf(code: number): string | undefined {
  const isLatin1 = (code > 0x20 && code < 0x7f) || (code > 0xa0 && code <= 0xff);
  if (isLatin1) return String.fromCodePoint(code);
  const codePoint = code - unicodeKeysym;
  return codePoint > 0xff && codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : undefined;
}
