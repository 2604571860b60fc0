// Asks the user for a line: an invite, a code. Where there is no terminal the line is read from what stdin is instead: a file, a pipe.
import { createInterface } from "node:readline/promises";
import { understandsEscapes } from "./terminal.ts";

/** Longer than any invite. */
const maxLineChars = 512;

/**
 * One line from the user, without the spaces around it.
 * @returns undefined when there was nothing on it
 */
export async function ask(question: string): Promise<string | undefined> {
  const { stdin } = process;
  if (stdin.isTTY) {
    const terminal = createInterface({ input: stdin, output: process.stderr, terminal: understandsEscapes(process.stderr) });
    try {
      return (await terminal.question(`${question}: `)).trim() || undefined;
    } finally {
      terminal.close();
    }
  }
  const lines = createInterface({ input: stdin });
  try {
    for await (const line of lines) if (line.trim() !== "") return line.trim().slice(0, maxLineChars);
    return undefined;
  } finally {
    lines.close();
    // What follows the line is nobody's, and an open pipe would keep the program alive.
    stdin.destroy();
  }
}
