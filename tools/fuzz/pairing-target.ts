// What a stranger, or a person who mistypes, can say while two ends get to know each other: a CPace share, a code, a name. The first byte
// chooses which.

import assert from "node:assert/strict";

import { internals } from "../bench/package-internals.ts";

interface Cpace {
  beginCpace(input: { password: Uint8Array; channel: Uint8Array; sessionId: Uint8Array }): {
    meet(theirs: Uint8Array): Uint8Array | undefined;
  };
  cpaceKey(sessionId: Uint8Array, point: Uint8Array, messages: readonly { share: Uint8Array; associated: Uint8Array }[]): Uint8Array;
}

interface Codes {
  readonly ShortCodeError: new () => Error;
  parseShortCode(text: string): string;
  looksLikeShortCode(text: string): boolean;
}

interface Names {
  contactName(wanted: string, taken: readonly string[]): string;
  sameName(one: string, other: string): boolean;
}

interface Words {
  isClean(text: string, rule: { readonly lines: boolean }): boolean;
}

const elementBytes = 32;
const keyBytes = 64;
/** Shown in a status line, with a number behind it. */
const maxNameChars = 40;

/** The target's function. */
export async function pairingTarget(): Promise<(bytes: Uint8Array) => void> {
  const { beginCpace, cpaceKey } = await internals<Cpace>("protocol", "transport/cpace.js");
  const { ShortCodeError, parseShortCode, looksLikeShortCode } = await internals<Codes>("protocol", "pairing/short-code.js");
  const { contactName, sameName } = await internals<Names>("protocol", "pairing/contact-name.js");
  const { isClean } = await internals<Words>("protocol", "messages/clean-text.js");
  const sessionId = new Uint8Array(16);
  const ours = beginCpace({ password: Buffer.from("7-crossover-clockwork"), channel: Buffer.from("fuzz"), sessionId });

  /** A share is an element of the group, and the key depends on every bit of it; or it is refused. */
  const share = (theirs: Uint8Array): void => {
    const point = ours.meet(theirs);
    if (point === undefined) return;
    assert.equal(theirs.length, elementBytes);
    assert.ok(
      theirs.some((byte) => byte !== 0),
      "the neutral element was taken",
    );
    const message = { share: theirs, associated: new Uint8Array(0) };
    assert.equal(cpaceKey(sessionId, point, [message, message]).length, keyBytes);
  };

  /** A code has one spelling; what is said of a wrong one can be shown. */
  const code = (text: string): void => {
    looksLikeShortCode(text);
    try {
      const spelling = parseShortCode(text);
      assert.equal(parseShortCode(spelling), spelling);
      assert.ok(looksLikeShortCode(spelling));
    } catch (error) {
      if (!(error instanceof ShortCodeError)) throw error;
      assert.ok(isClean(error.message, { lines: false }), "the refusal of a code is not clean");
    }
  };

  /** A name can be shown and typed, is nobody else's, and looks like no option, address or invite. */
  const name = (wanted: string): void => {
    const first = contactName(wanted, []);
    const second = contactName(wanted, [first]);
    assert.ok(!sameName(first, second), `${first} and ${second}`);
    for (const each of [first, second]) {
      assert.ok(isClean(each, { lines: false }), "a name is not clean");
      assert.ok(each.length > 0 && [...each].length <= maxNameChars && !/^[-.]|[\s/:@]/.test(each), `the name ${each}`);
    }
  };

  return (bytes) => {
    const rest = bytes.subarray(1);
    const kind = (bytes[0] ?? 0) % 3;
    if (kind === 0) share(rest);
    else if (kind === 1) code(Buffer.from(rest).toString("utf8"));
    else name(Buffer.from(rest).toString("utf8"));
  };
}
