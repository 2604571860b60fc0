// When a playback engine is started before the arguments are read.
import assert from "node:assert/strict";
import { suite } from "uvu";
import { commands } from "../src/commands.ts";
import { earlyPlayback, notCalls } from "../src/early-playback.ts";

const test = suite("the playback engine started early");

test("a call has one, with a window unless it says that it has none", () => {
  assert.equal(earlyPlayback(["127.0.0.1:7420/000g40r40m30e209185gr38e1wks"])?.hasWindow, true);
  assert.equal(earlyPlayback(["kitchen", "--no-window", "--json"])?.hasWindow, false);
  assert.equal(earlyPlayback([])?.hasWindow, true);
});

test("what is no call, or is shown elsewhere, has none", () => {
  for (const words of [
    ["--help"],
    ["kitchen", "--view", "browser"],
    ["kitchen", "--view=browser"],
    ["kitchen", "--filter-incoming", "x.mjs"],
    ["h:1", "--legacy"],
    ["--version"],
  ])
    assert.equal(earlyPlayback(words), undefined, words.join(" "));
});

test("no subcommand has one", () => {
  for (const { name } of commands) assert.ok(notCalls.includes(name), name);
  for (const name of notCalls) assert.equal(earlyPlayback([name]), undefined, name);
});

test.run();
