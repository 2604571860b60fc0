import { getPriority } from "node:os";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { askForPriority } from "../../src/engine/priority.ts";
import { quietly } from "../../src/engine/quiet-import.ts";

test("mutes the console while a library loads, and gives it back, also when that fails", async () => {
  const { log, info, warn, error } = console;
  const heard: unknown[] = [];
  const listen = (...words: unknown[]): void => void heard.push(...words);
  Object.assign(console, { log: listen, info: listen, warn: listen, error: listen });
  try {
    const given = await quietly(async () => {
      console.log("a library");
      console.warn("a library");
      return await Promise.resolve(7);
    });
    assert.is(given, 7);
    await quietly(async () => await Promise.reject(new Error("no library"))).then(
      () => assert.unreachable(),
      (reason: Error) => assert.is(reason.message, "no library"),
    );
    console.info("after it");
  } finally {
    Object.assign(console, { log, info, warn, error });
  }
  assert.equal(heard, ["after it"]);
});

test("asks for priority where the system gives it, and goes on as it is elsewhere", () => {
  const before = getPriority();
  askForPriority();
  assert.ok(getPriority() <= before);
});

test.run();
