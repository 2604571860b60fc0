// The recorded pickles of this folder (made by tools/legacy/vectors.py with real Pythons), and the pictures they must give.

import { readFileSync } from "node:fs";

/** One recorded pickle. `expect`: the type of the result, or the code of the refusal. */
export interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly protocol: number;
  readonly hex: string;
}

/** Everything that one Python wrote. */
export interface Recording {
  readonly python: string;
  readonly numpy: string;
  readonly vectors: readonly Vector[];
}

/** Both recordings: numpy 1 and numpy 2. */
export function readRecordings(): Recording[] {
  return ["vectors-numpy-1.json", "vectors-numpy-2.json"].map(
    (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")) as Recording,
  );
}

/** The recorded pickle of a name, numpy 1 unless told otherwise. */
export function vectorBytes(name: string, protocol: number, recording = 0): Buffer {
  const found = readRecordings()[recording]?.vectors.find((vector) => vector.name === name && vector.protocol === protocol);
  if (found === undefined) {
    throw new Error(`no vector ${name} at protocol ${protocol}`);
  }
  return Buffer.from(found.hex, "hex");
}

/** The pixels of the vectors that hold a picture: 4 × 2, or 300 × 1 for "wide". */
export function vectorPixels(name: string): { widthPx: number; heightPx: number; pixels: Buffer } {
  return name === "wide"
    ? { widthPx: 300, heightPx: 1, pixels: Buffer.from(Array.from({ length: 900 }, (_, i) => i & 255)) }
    : { widthPx: 4, heightPx: 2, pixels: Buffer.from(Array.from({ length: 24 }, (_, i) => (i * 11) & 255)) };
}
