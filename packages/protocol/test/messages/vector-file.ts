// Reads the annotated golden vectors of vectors/v1; the format is in vectors/README.md.
import { readdirSync, readFileSync } from "node:fs";
import type { Message } from "../../src/messages/message.ts";

/** One golden vector. */
export interface Vector {
  /** File and title. */
  readonly name: string;
  /** What the bytes mean. */
  readonly message: Message;
  /** The whole message, header included. */
  readonly bytes: Uint8Array;
}

const folder = new URL("../../vectors/v1/", import.meta.url);

/** Every vector of wire version 1, by file. */
export function readVectors(): Vector[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".hex"))
    .flatMap((file) => parseVectorFile(file, readFileSync(new URL(file, folder), "utf8")));
}

/** The vectors in one text of that format. */
function parseVectorFile(file: string, content: string): Vector[] {
  const [, ...sections] = content.split(/^== /mu);
  return sections.map((section) => {
    const [title = "", json = "", ...rows] = section.split("\n");
    const hex = rows.map((row) => row.replace(/#.*/u, "")).join("");
    return {
      name: `${file}: ${title}`,
      message: JSON.parse(json.replace(/^= /u, ""), reviveBytes) as Message,
      bytes: Uint8Array.from(Buffer.from(hex.replaceAll(/\s/gu, ""), "hex")),
    };
  });
}

function reviveBytes(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("$hex" in value)) return value;
  return Uint8Array.from(Buffer.from(String(value.$hex), "hex"));
}
