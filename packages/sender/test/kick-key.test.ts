// The key k of a sender: whom it puts out, and when it asks.
import assert from "node:assert/strict";
import { suite } from "uvu";

import { kickKeys } from "../src/kick-key.ts";
import type { ReceiverInfo } from "../src/sender.ts";

const test = suite("kickKeys");

function watching(...names: readonly string[]): {
  press: (key: string) => void;
  readonly kicked: (string | number)[];
  readonly said: string[];
} {
  const kicked: (string | number)[] = [];
  const said: string[] = [];
  const receivers: ReceiverInfo[] = names.map((name, at) => ({ id: at + 11, name, remoteAddress: "192.0.2.1" }));
  const sender = {
    receivers,
    kick: (who: string | number): number => {
      const isThere = receivers.some(({ id }) => id === who);
      if (isThere) kicked.push(who);
      return isThere ? 1 : 0;
    },
  };
  const keys = kickKeys(sender, (sentence) => said.push(sentence));
  return { press: (key) => keys[key]?.(), kicked, said };
}

test("says that nobody watches", () => {
  const { press, kicked, said } = watching();
  press("k");
  assert.deepEqual([kicked, said], [[], ["Nobody watches."]]);
});

test("puts the only one out at once", () => {
  const { press, kicked } = watching("anna");
  press("k");
  assert.deepEqual(kicked, [11]);
});

test("asks whom when there are several, and a digit answers once", () => {
  const { press, kicked, said } = watching("anna", "b\x1b[2Jert");
  press("2");
  assert.deepEqual(kicked, [], "a digit means nothing before the question");
  press("k");
  assert.match(said.join("\n"), /1 {2}anna\n {2}2 {2}b\[2Jert/);
  press("2");
  press("1");
  assert.deepEqual(kicked, [12]);
});

test("asks for no number that nobody has", () => {
  const { press, kicked } = watching("anna", "bert");
  press("k");
  press("3");
  press("1");
  assert.deepEqual(kicked, []);
});

test.run();
