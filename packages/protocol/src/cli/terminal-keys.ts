// Keys pressed in the terminal do what they do in the window. Only where there is a terminal; a pipe is left alone.

import { StringDecoder } from "node:string_decoder";

/** Names of the keys that are not characters. */
const keyNames: Readonly<Record<string, string>> = {
  "\x1b": "Escape",
  " ": "Space",
  "\r": "Enter",
  "\n": "Enter",
  "\x7f": "Backspace",
  "\b": "Backspace",
  "\x15": "DeleteLine",
  "\x17": "DeleteWord",
};
const ctrlC = "\x03";
/** Arrows and the like: an escape and more. */
// oxlint-disable-next-line no-control-regex
const sequence = /^\x1b(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)/su;

/** The keys in what a terminal gave: a character each, or a name: "Escape", "Space", "Enter", "Backspace", "DeleteLine", "DeleteWord". */
export function terminalKeys(text: string): readonly string[] {
  const keys: string[] = [];
  for (let rest = text; rest !== "";) {
    const skipped = sequence.exec(rest)?.[0];
    if (skipped !== undefined) {
      rest = rest.slice(skipped.length);
      continue;
    }
    const [character = ""] = rest;
    keys.push(keyNames[character] ?? character);
    rest = rest.slice(character.length);
  }
  return keys;
}

/**
 * Calls `onKey` for every key pressed in the terminal, as {@link terminalKeys} names it. Ctrl-C goes on being the signal.
 *
 * @returns the function that gives the terminal back
 */
export function watchTerminalKeys(onKey: (key: string) => void, terminal: NodeJS.ReadStream = process.stdin): () => void {
  if (!terminal.isTTY) return () => {};
  const decoder = new StringDecoder("utf8");
  const onData = (data: Buffer): void => {
    for (const key of terminalKeys(decoder.write(data))) {
      if (key === ctrlC) process.kill(process.pid, "SIGINT");
      else onKey(key);
    }
  };
  terminal.setRawMode(true);
  terminal.on("data", onData);
  terminal.resume();
  return () => {
    terminal.off("data", onData);
    terminal.setRawMode(false);
    terminal.pause();
  };
}
