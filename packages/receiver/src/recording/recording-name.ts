// Names of recordings and snapshots: none that is taken.

import { existsSync } from "node:fs";
import { format, parse } from "node:path";

/** A name by the date, as "call-2026-11-25-093015.mp4". @param ending with its dot */
export function nameByDate(word: string, ending: string, now: Date = new Date()): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `${word}-${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}${ending}`;
}

/** The path itself, or the first of "name-2.mp4", "name-3.mp4", … that is free. */
export function freePath(path: string, isTaken: (path: string) => boolean = existsSync): string {
  const { name, ext, dir, root } = parse(path);
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? path : format({ root, dir, name: `${name}-${number}`, ext });
    if (!isTaken(candidate)) return candidate;
  }
}
