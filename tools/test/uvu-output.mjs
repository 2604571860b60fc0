// Reads what uvu prints at the end of a file, and a file's own word on how it wants to be run. uvu alone is too kind: a file that never
// calls run() exits with 0, and so does one whose hook threw.

/** @typedef {{ total: number, passed: number, skipped: number }} UvuTotals */

/**
 * @param {string} output all that a test file printed
 * @returns {UvuTotals | undefined} undefined when uvu never came to its end
 */
export function uvuTotals(output) {
  // eslint-disable-next-line no-control-regex
  const plain = output.replace(/\x1b\[[0-9;]*m/g, "");
  const matches = [...plain.matchAll(/^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm)];
  if (matches.length === 0) return undefined;
  const sum = { total: 0, passed: 0, skipped: 0 };
  for (const [, total, passed, skipped] of matches) {
    sum.total += Number(total);
    sum.passed += Number(passed);
    sum.skipped += Number(skipped);
  }
  return sum;
}

/**
 * A file's wishes, in comments of its first lines: `// @timeout 300` (seconds), `// @alone` (nothing else runs meanwhile).
 * @param {string} source
 * @returns {{ timeoutMs: number, alone: boolean }}
 */
export function fileWishes(source) {
  const head = source.split("\n", 20).join("\n");
  const timeout = /^\/\/ @timeout (\d+)\b/m.exec(head);
  return { timeoutMs: 1000 * Number(timeout?.[1] ?? 120), alone: /^\/\/ @alone\b/m.test(head) };
}

/**
 * Finds what uvu passes over in silence.
 * @param {string} source of a test file
 * @returns {string | undefined} what is wrong
 */
export function silentOmission(source) {
  if (/^\s*\w+\.only\(/m.test(source)) return "it has a .only(: the other tests would not run";
  const suites = [...source.matchAll(/^(?:const|let) (\w+)(?:: [^=\n]+)? = suite\b/gm)].map((match) => match[1] ?? "");
  if (/^test\(/m.test(source) && /import \{[^}]*\btest\b[^}]*\} from "uvu"/.test(source)) suites.push("test");
  const forgotten = suites.filter((name) => !new RegExp(`\\b${name}\\.run\\(`).test(source));
  return forgotten.length === 0 ? undefined : `it never calls ${forgotten.map((name) => `${name}.run()`).join(", ")}`;
}
