// The runner's judgement: uvu alone would let each of these pass, or wait for ever.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runTestFile } from "../test-file.mjs";

const test = suite<{ folder: string }>("test file");
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "svc-runner-"));
  mkdirSync(join(context.folder, "node_modules"));
  writeFileSync(join(context.folder, "package.json"), '{ "type": "module" }');
  symlinkSync(fileURLToPath(new URL("../../../node_modules/uvu", import.meta.url)), join(context.folder, "node_modules", "uvu"), "dir");
});
test.after.each((context) => rmSync(context.folder, { recursive: true, force: true }));

function runSource(folder: string, source: string): ReturnType<typeof runTestFile> {
  const file = join(folder, "some.test.ts");
  writeFileSync(file, `import { test } from "uvu";\nimport * as assert from "uvu/assert";\nvoid assert;\n${source}`);
  return runTestFile(folder, "some.test.ts");
}

test("counts what passed, failed and was skipped", async ({ folder }) => {
  const result = await runSource(
    folder,
    'test("a", () => {});\ntest("b", () => assert.is(1, 2));\ntest.skip("c", () => {});\ntest.run();\n',
  );
  assert.equal([result.passed, result.failed, result.skipped], [1, 1, 1]);
  assert.is(result.problem, undefined);
  assert.match(result.output, "FAIL");
});

test("fails a file that never calls run()", async ({ folder }) => {
  const result = await runSource(folder, 'test("a", () => {});\n');
  assert.equal([result.passed, result.failed], [0, 1]);
  assert.match(result.problem ?? "", "never calls test.run()");
});

test("fails a file that ran no test", async ({ folder }) => {
  const result = await runSource(folder, "test.run();\n");
  assert.equal([result.passed, result.failed], [0, 1]);
  assert.is(result.problem, "ran no test");
});

test("fails a file whose hook threw, though uvu exits with 0", async ({ folder }) => {
  const result = await runSource(folder, 'test.before(() => { throw new Error("no"); });\ntest("a", () => {});\ntest.run();\n');
  assert.equal([result.passed, result.failed], [0, 1]);
});

test("fails a file that ends in the middle of a test", async ({ folder }) => {
  const result = await runSource(folder, 'test("a", () => process.exit(0));\ntest.run();\n');
  assert.is(result.failed, 1);
});

test("fails a file with .only()", async ({ folder }) => {
  const result = await runSource(folder, 'test.only("a", () => {});\ntest("b", () => {});\ntest.run();\n');
  assert.is(result.failed, 1);
});

test("kills a file that hangs, with everything it started", async ({ folder }) => {
  const child = 'import { spawn } from "node:child_process";\nspawn("sleep", ["987"], { detached: true, stdio: "ignore" });\n';
  const result = await runSource(
    folder,
    `// @timeout 2\n${child}test("a", () => new Promise(() => setInterval(() => {}, 1000)));\ntest.run();\n`,
  );
  assert.is(result.failed, 1);
  assert.match(result.problem ?? "", "did not end within 2 s");
});

test("fails a file that leaves a process behind, and ends it", async ({ folder }) => {
  const child = 'import { spawn } from "node:child_process";\nspawn("sleep", ["987"], { detached: true, stdio: "ignore" }).unref();\n';
  const result = await runSource(folder, `${child}test("a", () => {});\ntest.run();\n`);
  assert.is(result.failed, 1);
  assert.match(result.problem ?? "", "sleep 987");
});

test.run();
