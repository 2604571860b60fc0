// The version that a program of ours calls itself: its own package's, which changesets counts.

import { readFileSync } from "node:fs";

/** @param moduleUrl `import.meta.url` of a file directly in the package's src or dist. @returns its version, like "0.1.0" */
export function programVersion(moduleUrl: string): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL("../package.json", moduleUrl), "utf8"));
  const isNamed = typeof parsed === "object" && parsed !== null && "version" in parsed && typeof parsed.version === "string";
  return isNamed ? (parsed.version as string) : "unknown";
}
