// Short codes as people write them, and the words that both ends compare.
import assert from "node:assert/strict";
import { suite } from "uvu";
import { threeSyllables, twoSyllables } from "../../src/pairing/pgp-words.ts";
import { createShortCode, looksLikeShortCode, parseShortCode, ShortCodeError } from "../../src/pairing/short-code.ts";
import { verificationWords, wordsOf } from "../../src/pairing/verification-words.ts";
import { Host } from "../session/call.ts";

const test = suite("codes and words");

test("has 512 different words", () => {
  assert.deepEqual([twoSyllables.length, threeSyllables.length], [256, 256]);
  assert.equal(new Set([...twoSyllables, ...threeSyllables]).size, 512);
  assert.ok([...twoSyllables, ...threeSyllables].every((word) => /^[a-z]+$/.test(word)));
  // The list's beginning and end, as printed by its authors.
  assert.deepEqual(
    [twoSyllables[0], threeSyllables[0], twoSyllables[255], threeSyllables[255]],
    ["aardvark", "adroitness", "zulu", "yucatan"],
  );
});

test("makes codes that it reads, and not the same again", () => {
  const codes = Array.from({ length: 200 }, createShortCode);
  for (const code of codes) assert.equal(parseShortCode(code), code);
  assert.ok(new Set(codes).size > 195);
});

test("reads a code as it may be typed", () => {
  for (const typed of ["7-crossover-clockwork", " 7 Crossover Clockwork ", "7-CROSSOVER clockwork"]) {
    assert.equal(parseShortCode(typed), "7-crossover-clockwork");
    assert.ok(looksLikeShortCode(typed));
  }
});

test("finds a typing error before it costs a guess", () => {
  const wrong = [
    "",
    "7",
    "7-crossover",
    "crossover-clockwork",
    "7-clockwork-crossover",
    "0-crossover-clockwork",
    "100-crossover-clockwork",
  ];
  for (const typed of [...wrong, "7-crossover-clockwork-again", "7-crossover-clockwerk"]) {
    assert.throws(() => parseShortCode(typed), ShortCodeError, typed);
  }
  assert.throws(() => parseShortCode("7-crossover-clockwerk"), /clockwork/);
});

test("gives three words, the same at both ends of a connection and others on the next", async () => {
  await using host = await new Host().listen();
  const { dialer, listener } = await host.call();
  const words = await verificationWords(dialer);
  assert.ok(words !== undefined);
  assert.match(words, /^[a-z]+ [a-z]+ [a-z]+$/);
  assert.equal(await verificationWords(listener), words);
  const other = await host.call();
  assert.notEqual(await verificationWords(other.dialer), words);
  await dialer.close();
  assert.equal(await verificationWords(dialer), undefined);
});

test("gives the words of a key as the protocol says", async () => {
  assert.equal(await wordsOf(Buffer.alloc(32)), "stormy equation retouch");
});

test.run();
