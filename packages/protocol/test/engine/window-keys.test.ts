import { test } from "uvu";
import * as assert from "uvu/assert";

import { WindowKeys } from "../../src/engine/window-keys.ts";

function named(...codes: readonly number[]): (string | undefined)[] {
  const keys = new WindowKeys();
  return codes.map((code) => keys.name(code));
}

test("names characters, and the keys that are none", () => {
  assert.equal(named(0x61, 0x3f, 0x20, 0x1b, 0x0d, 0xff8d, 0x08, 0xe9, 0x01000416), [
    "a",
    "?",
    "Space",
    "Escape",
    "Enter",
    "Enter",
    "Backspace",
    "é",
    "Ж",
  ]);
});

test("gives nothing for no key, for arrows and for function keys", () => {
  assert.equal(named(-1, 0xff51, 0xffc2, 0x7f, 0x01ffffff), Array.from({ length: 5 }));
});

test("makes the letter behind a shift key a capital, and only that one", () => {
  assert.equal(named(0xffe1, 0x68, 0x69, -1, 0xffe2, -1, 0x68, 0xffe1, 0x21, 0x61), [
    undefined,
    "H",
    "i",
    undefined,
    undefined,
    undefined,
    "H",
    undefined,
    "!",
    "a",
  ]);
});

test.run();
