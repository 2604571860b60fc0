import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { randomNumbers } from "../../src/testing/random-numbers.ts";
import { cleanText, isClean, truncateUtf8 } from "../../src/messages/clean-text.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .array(
      fc.nat(0xffff).map((unit) => String.fromCharCode(unit)),
      { maxLength: 60 },
    )
    .map((units) => units.join("")),
  fc
    .array(fc.constantFrom("a", "\n", "\r", "\u001b[2J", "\u009b", "\u202e", "\u2066", "\ud83d", "\ude00", "u\u0308", "\u2028"), {
      maxLength: 20,
    })
    .map((parts) => parts.join("")),
);

for (const lines of [true, false]) {
  test(`makes any text clean (${lines ? "lines" : "one line"}), and only once`, () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const cleaned = cleanText(text, { lines });
        assert.ok(isClean(cleaned, { lines }));
        assert.is(cleanText(cleaned, { lines }), cleaned);
      }),
      { numRuns: 5_000 },
    );
  });
}

test("turns every kind of line break into the one that is allowed, or a space", () => {
  const text = "a\r\nb\rc\nd\u0085e\u2028f\u2029g";
  assert.is(cleanText(text, { lines: true }), "a\nb\nc\nd\ne\nf\ng");
  assert.is(cleanText(text, { lines: false }), "a b c d e f g");
});

test("keeps what people write: accents, joined emoji, right-to-left scripts", () => {
  const text = "Zoë 👩‍👩‍👧 שלום مرحبا नमस्ते";
  assert.is(cleanText(text, { lines: false }), text.normalize("NFC"));
});

test("cuts a text at a character, within the bytes, and clean", () => {
  fc.assert(
    fc.property(anyText, fc.nat(40), (text, maxBytes) => {
      const cleaned = cleanText(text, { lines: false });
      const cut = truncateUtf8(cleaned, maxBytes);
      assert.ok(cleaned.startsWith(cut));
      assert.ok(Buffer.byteLength(cut) <= maxBytes);
      assert.ok(isClean(cut, { lines: false }));
      assert.ok(cut === cleaned || Buffer.byteLength(cut) > maxBytes - 4);
    }),
    { numRuns: 2_000 },
  );
});

test("leaves no control, bidirectional or half character in 100,000 random mixtures of the worst, nor in 64 kB of each", () => {
  const worst = ["\u001b[2J", "\u001b]0;x\u0007", "\u009b31m", "\u0090q\u009c", "\u202e", "\u2066", "\u200f", "\u061c", "\ud800", "\udc00"];
  const pieces = [...worst, "\0", "\r", "\b", "\u007f", "\u0085", "\u2028", "\u2029", "\ufeff", "\ufffe", "a", "\n", "é", "e\u0301", "😀"];
  const unsafe = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
  const random = randomNumbers(1);
  for (let round = 0; round < 100_000; round++) {
    const text = Array.from({ length: 1 + Math.floor(random() * 12) }, () => pieces[Math.floor(random() * pieces.length)]).join("");
    const line = cleanText(text, { lines: false });
    if (unsafe.test(line) || unsafe.test(cleanText(text, { lines: true }).replaceAll("\n", ""))) assert.unreachable(JSON.stringify(text));
  }
  for (const piece of pieces) {
    const line = cleanText(piece.repeat(65_536 / piece.length), { lines: false });
    assert.not(unsafe.test(line), JSON.stringify(piece));
  }
});

test.run();
