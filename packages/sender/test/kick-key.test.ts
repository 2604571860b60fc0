// The key k of a sender: whom it puts out, and when it asks.
import assert from "node:assert/strict";
import { suite } from "uvu";

import { kickByKey } from "../src/kick-key.ts";
import type { ReceiverInfo } from "../src/sender.ts";

const test = suite("kickByKey");

/** k is pressed where these watch, then `answer`. */
function press(
  names: readonly string[],
  answer?: string,
): { readonly kicked: readonly unknown[]; readonly said: string; readonly asked: boolean } {
  const kicked: unknown[] = [];
  const said: string[] = [];
  let onKey: ((key: string) => void) | undefined;
  const receivers: ReceiverInfo[] = names.map((name, at) => ({ id: at + 11, name, remoteAddress: "192.0.2.1" }));
  const sender = { receivers, kick: (who: unknown): number => kicked.push(who) };
  kickByKey(sender, { answerWith: (given) => (onKey = given) }, (sentence) => said.push(sentence));
  const asked = onKey !== undefined;
  if (answer !== undefined) onKey?.(answer);
  return { kicked, said: said.join("\n"), asked };
}

test("says that nobody watches", () => {
  assert.deepEqual(press([]), { kicked: [], said: "Nobody watches.", asked: false });
});

test("puts the only one out at once", () => {
  assert.deepEqual(press(["anna"]), { kicked: [11], said: "anna is put out.", asked: false });
});

test("asks whom when there are several, by names that are safe for a terminal", () => {
  const { kicked, said } = press(["anna", "b\x1b[2Jert"], "2");
  assert.deepEqual(kicked, [12]);
  assert.match(said, /1 {2}anna \(192\.0\.2\.1\)\n {2}2 {2}b\[2Jert/);
});

test("puts nobody out by any other key", () => {
  for (const key of ["3", "0", "q", "Escape", "Space", "-1", "1.5"]) {
    assert.deepEqual(press(["anna", "bert"], key).kicked, [], key);
  }
});

test.run();
