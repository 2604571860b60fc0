import { test } from "uvu";
import * as assert from "uvu/assert";
import { closeCodeName, closeCodes, type CloseCode } from "../../src/messages/close-code.ts";

test("names every number that it knows", () => {
  for (const name of Object.keys(closeCodes) as CloseCode[]) assert.is(closeCodeName(closeCodes[name]), name);
});

test("has no number twice", () => {
  const numbers = Object.values(closeCodes);
  assert.is(new Set(numbers).size, numbers.length);
});

test("reads every other number as unknown", () => {
  assert.is(closeCodeName(7), "unknown");
  assert.is(closeCodeName(0xfffe), "unknown");
});

test.run();
