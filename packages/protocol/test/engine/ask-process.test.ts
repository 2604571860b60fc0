import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import { askProcess } from "../../src/engine/ask-process.ts";

const test = suite("askProcess");

async function ask(program: string): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "svc-ask-"));
  try {
    const entry = join(folder, "entry.mjs");
    writeFileSync(entry, program);
    return await askProcess(pathToFileURL(entry));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const answers = `import { answerProcess } from ${JSON.stringify(new URL("../../dist/engine/index.js", import.meta.url).href)};`;

test("gives what the process answers, and not what its libraries print", async () => {
  const value = [{ name: "Ärger", id: "a\n" }];
  const program = `${answers} console.log("noise"); setInterval(() => {}, 1000); answerProcess(${JSON.stringify(value)});`;
  assert.deepEqual(await ask(program), value);
});

test("has no answer from a process that dies", async () => {
  assert.equal(await ask("process.kill(process.pid, 'SIGSEGV'); setInterval(() => {}, 1000);"), undefined);
});

test("has no answer from a program that cannot be run", async () => {
  const { execPath } = process;
  process.execPath = "/nowhere/node";
  try {
    assert.equal(await ask(""), undefined);
  } finally {
    process.execPath = execPath;
  }
});

test("asks whether libraries load: their versions, or why they do not", async () => {
  const { NODE_OPTIONS: before } = process.env;
  // The process that is asked runs our source.
  process.env["NODE_OPTIONS"] = `${before ?? ""} --import ${import.meta.resolve("tsx")}`;
  try {
    assert.deepEqual(await askProcess(new URL("./library-asked.ts", import.meta.url), 60_000), {
      fine: { version: "1.2" },
      missing: { error: "no such file" },
      odd: { error: "7" },
    });
  } finally {
    if (before === undefined) delete process.env["NODE_OPTIONS"];
    else process.env["NODE_OPTIONS"] = before;
  }
});

test.run();
