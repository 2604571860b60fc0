import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";

import type { OptionTable } from "../../src/cli/command.ts";
import { configPath, settingsFor } from "../../src/cli/config-file.ts";
import { CliError, exitCodes } from "../../src/cli/exit-codes.ts";
import { makeParser } from "./run-words.ts";

const test = suite<{ env: NodeJS.ProcessEnv; write: (value: unknown) => void; folder: string }>("config file");

const options: OptionTable = {
  "max-fps": { type: "number", default: 30, describe: "" },
  window: { type: "boolean", default: true, describe: "" },
  source: { type: "string", default: "camera", describe: "" },
  name: { type: "string", describe: "" },
  "video-codec": { choices: ["h264", "vp9"], default: "h264", describe: "" },
  config: { type: "string", describe: "" },
};

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "svc-config-"));
  context.env = { XDG_CONFIG_HOME: context.folder };
  context.write = (value) => {
    const path = configPath(context.env, "linux");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
  };
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

test("is where the system has such files", () => {
  assert.equal(configPath({ HOME: "/h" }, "linux"), "/h/.config/simple-video-chat/config.json");
  assert.equal(configPath({ HOME: "/h", XDG_CONFIG_HOME: "/x" }, "linux"), "/x/simple-video-chat/config.json");
  assert.equal(configPath({ HOME: "/h" }, "darwin"), "/h/Library/Application Support/simple-video-chat/config.json");
  assert.match(configPath({ APPDATA: "/a" }, "win32"), /^\/a.simple-video-chat.config\.json$/);
});

test("gives the options of the program's own section, and nothing where there is no file", ({ env, write }) => {
  assert.deepEqual(settingsFor("peer", options, { argv: [], makeParser, env }), {});
  write({ peer: { "max-fps": 15, window: false, source: ["screen", "testcard"] }, sender: { nonsense: 1 } });
  assert.deepEqual(settingsFor("peer", options, { argv: [], makeParser, env }), {
    "max-fps": 15,
    window: false,
    source: ["screen", "testcard"],
  });
  assert.deepEqual(settingsFor("receiver", options, { argv: [], makeParser, env }), {});
});

test("is overridden by the environment", ({ env, write }) => {
  write({ peer: { "max-fps": 15, name: "Anna" } });
  assert.deepEqual(settingsFor("peer", options, { argv: [], makeParser, env: { ...env, SVC_MAX_FPS: "20" } }), {
    "max-fps": "20",
    name: "Anna",
  });
});

test("is another one where --config or SVC_CONFIG says so, and none at an empty name", ({ env, write, folder }) => {
  write({ peer: { name: "usual" } });
  const other = join(folder, "other.json");
  writeFileSync(other, JSON.stringify({ peer: { name: "other" } }));
  const named = (argv: readonly string[], more: NodeJS.ProcessEnv = {}): unknown =>
    settingsFor("peer", options, { argv, makeParser, env: { ...env, ...more } })["name"];
  assert.equal(named([]), "usual");
  assert.equal(named(["--config", other]), "other");
  assert.equal(named([`--config=${other}`]), "other");
  assert.equal(named([], { SVC_CONFIG: other }), "other");
  assert.equal(named(["--config", ""]), undefined);
  assert.equal(named([], { SVC_CONFIG: "" }), undefined);
});

const mistakes: readonly (readonly [string, unknown, RegExp])[] = [
  ["what is no JSON", "{", /is not JSON/],
  ["a list", [], /must be an object/],
  ["a program that there is not", { peeer: {} }, /no program peeer\. Did you mean peer\?/],
  ["a section that is no object", { peer: 3 }, /peer must be an object/],
  ["an option that there is not", { peer: { "max-pfs": 3 } }, /no option max-pfs\. Did you mean max-fps\?/],
  ["an option nobody could mean", { peer: { zzzzzzzz: 3 } }, /no option zzzzzzzz\. Options have/],
  ["an invite", { peer: { invite: "x" } }, /no option invite\./],
  ["its own place", { peer: { config: "x" } }, /no option config\./],
  ["a number in words", { peer: { "max-fps": "many" } }, /max-fps takes a number, not "many"/],
  ["a word for a switch", { peer: { window: "no" } }, /window takes a boolean, not "no"/],
  ["a list for a single value", { peer: { name: ["a", "b"] } }, /name takes a string/],
  ["an empty list", { peer: { source: [] } }, /source takes a string/],
];
for (const [name, value, words] of mistakes) {
  test(`refuses ${name}`, ({ env, write }) => {
    write(value);
    assert.throws(
      () => settingsFor("peer", options, { argv: [], makeParser, env }),
      (error) => error instanceof CliError && error.exitCode === exitCodes.usage && words.test(error.message),
    );
  });
}

test("refuses a file that was named and is not there", ({ env }) => {
  assert.throws(() => settingsFor("peer", options, { argv: ["--config", "/no/such/file"], makeParser, env }), CliError);
});

test.run();
