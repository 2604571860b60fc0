// The inputs that are kept: tools/fuzz/corpus/TARGET/*.bin. Those that crashed a target once are named crash-…, and stay for good.

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Of the sources, also when this runs in dist/. */
const folder = fileURLToPath(new URL(import.meta.url.includes("/dist/") ? "../../fuzz/corpus/" : "corpus/", import.meta.url));

/** All inputs of a target. */
export function readCorpus(target: string, from: string = folder): Uint8Array[] {
  return readdirSync(join(from, target))
    .filter((name) => name.endsWith(".bin"))
    .sort()
    .map((name) => readFileSync(join(from, target, name)));
}

/** Keeps an input. @returns its path */
export function writeInput(target: string, input: Uint8Array, prefix: "" | "crash-" | "hang-" = "", to: string = folder): string {
  mkdirSync(join(to, target), { recursive: true });
  const path = join(to, target, `${prefix}${createHash("sha256").update(input).digest("hex").slice(0, 12)}.bin`);
  writeFileSync(path, input);
  return path;
}
