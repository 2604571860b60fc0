// The names of the keys that OpenCV's windows give as numbers, in either engine.

const keyNames: Readonly<Record<number, string>> = {
  8: "Backspace",
  10: "Enter",
  13: "Enter",
  27: "Escape",
  32: "Space",
};
const firstPrintable = 0x21;
const lastPrintable = 0x7e;

/** The name of a key of waitKeyEx, as a terminal's keys are named (cli/terminal-keys.ts); undefined: none that means anything to us (a shift key, an arrow). */
export function windowKey(code: number): string | undefined {
  const named = keyNames[code];
  if (named !== undefined) return named;
  return code >= firstPrintable && code <= lastPrintable ? String.fromCodePoint(code) : undefined;
}
