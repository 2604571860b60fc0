// The sum that `npm test` ends with counts only what really ran.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { collectResults, sumLine, testFolders, writeResults } from "../results.mjs";

const test = suite<{ root: string }>("results");
test.before.each((context) => {
  context.root = mkdtempSync(join(tmpdir(), "svc-results-"));
  for (const name of ["one", "two", "empty"]) {
    mkdirSync(join(context.root, "packages", name, "test"), { recursive: true });
    writeFileSync(join(context.root, "packages", name, "package.json"), "{}");
    if (name !== "empty") writeFileSync(join(context.root, "packages", name, "test", "a.test.ts"), "");
  }
});
test.after.each((context) => rmSync(context.root, { recursive: true, force: true }));

test("knows which packages have tests", ({ root }) => {
  assert.equal(testFolders(root), ["packages/one", "packages/two"]);
});

test("adds up the packages and counts one that left no result as failed", ({ root }) => {
  writeResults(join(root, "packages", "one"), [
    { file: "test/a.test.ts", passed: 5, failed: 0, skipped: 1, durationMs: 1 },
    { file: "test/b.test.ts", passed: 2, failed: 1, skipped: 0, durationMs: 1, problem: "ran no test" },
  ]);
  const sum = collectResults(root, testFolders(root));
  assert.equal([sum.passed, sum.failed, sum.skipped], [7, 2, 1]);
  assert.ok(sum.problems.some((problem) => problem.startsWith("packages/two")));
});

test("ends with a line of passed and failed, and of skipped only when there are", () => {
  assert.is(sumLine({ passed: 3, failed: 0, skipped: 0 }), "3 passed, 0 failed");
  assert.is(sumLine({ passed: 3, failed: 1, skipped: 2 }), "3 passed, 1 failed, 2 skipped");
});

test.run();
