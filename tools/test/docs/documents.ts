// The documents of this repository as the checks read them: which there are, their tables, and the commands in them.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root: string = fileURLToPath(new URL("../../..", import.meta.url));

/** In a second working tree .git is a file. */
const skipped: ReadonlySet<string> = new Set([".git", ".turbo", "node_modules", "dist", "coverage"]);

/** All files below a folder of the repository, as paths from its root, without what is installed or built. */
export function filesBelow(folder: string = ""): string[] {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (skipped.has(entry.name)) return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** The documents that are checked. What is released or generated is not among them. */
export function documents(): string[] {
  return filesBelow().filter((path) => path.endsWith(".md") && !path.endsWith("CHANGELOG.md") && !path.startsWith(".changeset/"));
}

/** A file's text. @param path from the repository's root */
export function read(path: string): string {
  return readFileSync(`${root}/${path}`, "utf8");
}

/** The bodies of the fenced code blocks of a language. */
export function codeBlocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, body = ""]) => body);
}

/** The cells of the table that has this header row, without the header. @throws Error when there is none */
export function table(path: string, header: string): string[][] {
  const [, after] = read(path).split(`${header}\n`);
  if (after === undefined) throw new Error(`${path} has no table with the header ${header}`);
  const rows = after.split("\n").slice(1);
  const end = rows.findIndex((row) => !row.startsWith("|"));
  return rows.slice(0, end).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What stands in backticks in a text. */
export function quoted(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)].map(([, words = ""]) => words);
}
