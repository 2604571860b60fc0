// Short codes to say aloud: a number and two words, "7-crossover-clockwork". The whole of it is the secret: 99 × 256 × 256, 6.5 million.
import { randomInt } from "node:crypto";
import { maxNameChars } from "../limits.ts";
import { cleanText } from "../messages/clean-text.ts";
import { threeSyllables, twoSyllables } from "./pgp-words.ts";

const largestNumber = 99;

/** A text that is no short code. */
export class ShortCodeError extends Error {
  override readonly name = "ShortCodeError";
  readonly code = "mistyped";
}

/** A new code, in its one spelling. */
export function createShortCode(): string {
  return [1 + randomInt(largestNumber), threeSyllables[randomInt(256)], twoSyllables[randomInt(256)]].join("-");
}

/**
 * Reads a code as a person may have typed it: any case, with spaces or hyphens. The words are looked up, so that a typing error costs no guess.
 * @returns the one spelling, which is what both ends prove
 * @throws {ShortCodeError} when it has not the form of a code, or a word that no code has
 */
export function parseShortCode(text: string): string {
  const [number = "", first = "", second = "", ...more] = text
    .trim()
    .toLowerCase()
    .split(/[\s-]+/);
  if (!/^[1-9]\d?$/.test(number) || second === "" || more.length > 0) {
    throw new ShortCodeError("That is not a code. A code is a number and two words, like 7-crossover-clockwork.");
  }
  checkWord(first, threeSyllables);
  checkWord(second, twoSyllables);
  return [number, first, second].join("-");
}

/** Whether a text is meant as a code: it begins with a number and a word. */
export function looksLikeShortCode(text: string): boolean {
  return /^\s*\d{1,2}[\s-]+[a-z]/i.test(text);
}

function checkWord(word: string, words: readonly string[]): void {
  if (words.includes(word)) return;
  const alike = words.filter((known) => known.slice(0, 2) === word.slice(0, 2));
  const hint = alike.length === 0 ? "" : ` Words that begin like it: ${alike.join(", ")}.`;
  // It may have been pasted from anywhere.
  const shown = [...cleanText(word, { lines: false })].slice(0, maxNameChars).join("");
  throw new ShortCodeError(`The code is mistyped: no code has the word ${shown} in this place.${hint}`);
}
