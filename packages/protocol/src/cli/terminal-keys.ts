// Keys pressed in the terminal do what they do in the window. Only where there is a terminal; a pipe is left alone.

import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** Names of the keys that are not letters. */
const keyNames: Readonly<Record<string, string>> = { "\x1b": "Escape", " ": "Space" };
const ctrlC = "\x03";

/**
 * Calls `onKey` for every key pressed in the terminal: a letter, or "Escape", "Space". Ctrl-C goes on being the signal.
 *
 * @returns the function that gives the terminal back
 */
export function watchTerminalKeys(onKey: (key: string) => void, terminal: NodeJS.ReadStream = process.stdin): () => void {
  if (!terminal.isTTY) return () => {};
  const onData = (data: Buffer): void => {
    const text = data.toString("utf8");
    if (text === ctrlC) process.kill(process.pid, "SIGINT");
    // Arrows and the like come as an escape and more in one piece: not a pressed Escape.
    else if ([...text].length === 1) onKey(keyNames[text] ?? text);
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

/**
 * Keys of a program without a call window of its own: q or Escape resolve `pressed`, others do what `actions` say. `press` is for keys that
 * come from elsewhere, `release` gives the terminal back.
 */
export function watchKeys(actions: Readonly<Record<string, () => void>> = {}): {
  readonly pressed: Promise<ExitCode>;
  readonly press: (key: string) => void;
  readonly release: () => void;
} {
  let release: () => void = () => {};
  let press: (key: string) => void = () => {};
  const pressed = new Promise<ExitCode>((resolve) => {
    press = (key) => {
      if (key === "q" || key === "Escape") resolve(exitCodes.ok);
      else actions[key]?.();
    };
    release = watchTerminalKeys(press);
  });
  return { pressed, press, release };
}
