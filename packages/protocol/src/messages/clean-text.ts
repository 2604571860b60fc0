// The rule for every word that crosses the wire and may reach a terminal: names, texts, reasons. Writers clean, readers check:
// well-formed, in Unicode's normal form C, without control characters and without those that reorder what is shown.
import { ProtocolError } from "../errors.ts";

// Cc: C0, DEL and C1 (terminal escapes). Zl, Zp: line breaks by another name. Bidi_Control: U+061C, 200E/F, 202A–E, 2066–9 (spoofing).
// Cs: halves of surrogate pairs, which UTF-8 cannot carry.
const unclean = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u;
const uncleanLines = /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/u;

/** Which words. */
export interface TextRule {
  /** Whether "\n" is allowed. */
  readonly lines: boolean;
}

/** Whether a text may be sent as it is. */
export function isClean(text: string, rule: TextRule): boolean {
  return !(rule.lines ? uncleanLines : unclean).test(text) && text.normalize("NFC") === text;
}

/** Checks a text that came in. @throws ProtocolError unclean-text */
export function checkClean(text: string, rule: TextRule): string {
  if (!isClean(text, rule)) {
    throw new ProtocolError("unclean-text", "a text holds control or reordering characters or is not in normal form C");
  }
  return text;
}

/**
 * Makes any text fit to be sent: normal form C; line breaks become "\n" (or a space where lines are not allowed); everything
 * else that is not clean is left out.
 */
export function cleanText(text: string, rule: TextRule): string {
  const oneKindOfBreak = text.replaceAll(/\r\n|[\r\n\u0085\u2028\u2029]/gu, rule.lines ? "\n" : " ").replaceAll("\t", " ");
  const pattern = rule.lines ? uncleanLines : unclean;
  return oneKindOfBreak.replaceAll(new RegExp(pattern.source, "gu"), "").normalize("NFC");
}

/** The longest beginning of a text of at most `maxBytes` of UTF-8 that ends at a character. */
export function truncateUtf8(text: string, maxBytes: number): string {
  const room = new Uint8Array(maxBytes);
  const { read } = new TextEncoder().encodeInto(text, room);
  return text.slice(0, read);
}
