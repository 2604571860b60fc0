// What a contact is called: made of what it calls itself, but ours. A name can be typed where an address can, so it must not look like one.
import { cleanText } from "../messages/clean-text.ts";

const maxChars = 32;
const fallback = "someone";

/**
 * A name for somebody new, one that nobody has yet: who takes the name of another gets a number behind it, and the other keeps its own.
 *
 * @param wanted what it calls itself, from the network
 * @param taken names that others have
 */
export function contactName(wanted: string, taken: readonly string[]): string {
  const base = baseName(wanted);
  const isTaken = (name: string): boolean => taken.some((other) => sameName(other, name));
  if (!isTaken(base)) return base;
  for (let number = 2; ; number++) {
    const name = `${base}-${number}`;
    if (!isTaken(name)) return name;
  }
}

/** Whether two names are the same to a person who types one: letters in any case, in any of Unicode's spellings. */
export function sameName(one: string, other: string): boolean {
  return one.normalize("NFKC").toLowerCase() === other.normalize("NFKC").toLowerCase();
}

/** Letters, digits, "." and "_", with hyphens for everything else; no hyphen in front, where it would be an option. */
function baseName(wanted: string): string {
  const plain = cleanText(wanted, { lines: false }).normalize("NFKC");
  const words = plain.replaceAll(/[^\p{L}\p{M}\p{N}._]+/gu, "-");
  const name = [...words]
    .slice(0, maxChars)
    .join("")
    .replaceAll(/^[-.]+|[-.]+$/g, "");
  return name === "" ? fallback : name;
}
