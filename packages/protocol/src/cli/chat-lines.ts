// What is said of the texts of a call, alike in all programs: those that come, and what became of those that were sent.

import { cleanText } from "../messages/clean-text.ts";
import { maxTextBytes } from "../limits.ts";
import type { TextOutcome } from "../session/session-chat.ts";
import { type ConsoleOutput, forTerminal } from "./console-output.ts";

/** A text that is not told as delivered within this time is shown as under way, ms. */
const patienceMs = 1_000;

const outcomeWords: Readonly<Record<TextOutcome, string>> = {
  delivered: "delivered",
  undelivered: "not delivered",
  unwanted: "not delivered: messages are not wanted here or there",
};

/** Where texts are told. */
export interface ChatLines {
  readonly output: ConsoleOutput;
  /** Over the picture, where there is one. */
  readonly show?: (from: string, text: string) => void;
}

/** Tells a text that came. @param from whose it is */
export function tellText({ output, show }: ChatLines, from: string, text: string): void {
  const name = forTerminal(from);
  output.event({ event: "text", name: from, text });
  output.say(`${name}: ${forTerminal(text, maxTextBytes)}`, true);
  show?.(name, text);
}

/** Sends a text and tells what becomes of it. */
export async function sendText({ output, show }: ChatLines, text: string, send: (text: string) => Promise<TextOutcome>): Promise<void> {
  const clean = cleanText(text, { lines: true });
  if (Buffer.byteLength(clean) > maxTextBytes) return output.say(`That message is too long: ${maxTextBytes} bytes are the most.`, true);
  if (clean === "") return;
  let isShown = false;
  const showOnce = (mark: string): void => {
    output.say(`You: ${clean}${mark}`, true);
    show?.("You", `${clean}${mark}`);
    isShown = true;
  };
  const waiting = setTimeout(() => showOnce("  (under way)"), patienceMs);
  const outcome = await send(clean);
  clearTimeout(waiting);
  output.event({ event: "text-sent", text: clean, outcome });
  const words = outcomeWords[outcome];
  if (!isShown) return showOnce(outcome === "delivered" ? " ✓" : `  (${words})`);
  output.say(`${words.charAt(0).toUpperCase()}${words.slice(1)}: ${clean}`, true);
  show?.("", `${words}: ${clean}`);
}
