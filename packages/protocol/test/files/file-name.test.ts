import assert from "node:assert/strict";
import { basename, join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import { numberedName, partName, safeFileName } from "../../src/files/file-name.ts";

const test = suite("names of files that come");

for (const [wanted, kept] of [
  ["photo.jpg", "photo.jpg"],
  ["Grüße aus Köln.tar.gz", "Grüße aus Köln.tar.gz"],
  ["u\u0308.txt", "ü.txt"],
  ["../../etc/passwd", "passwd"],
  ["..\\..\\boot.ini", "boot.ini"],
  ["C:\\Users\\ann\\a.txt", "a.txt"],
  ["/", "file"],
  ["..", "file"],
  ["", "file"],
  [".bashrc", "bashrc"],
  ["-rf", "rf"],
  ["a\0b\u001b[2J\nc.txt", "ab[2J c.txt"],
  ["gpj.\u202eexe", "gpj.exe"],
  ["a\u200bb\u2066c.txt", "abc.txt"],
  ["what? <it> is: a|b*.txt", "what_ _it_ is_ a_b_.txt"],
  ["con", "_con"],
  ["LPT1.txt", "_LPT1.txt"],
  ["nul.tar.gz", "_nul.tar.gz"],
  ["console.txt", "console.txt"],
  ["a.txt. . ", "a.txt"],
] as const) {
  test(`calls ${JSON.stringify(wanted)} ${kept}`, () => assert.equal(safeFileName(wanted), kept));
}

test("keeps the ending of a name that is too long, and cuts no character in two", () => {
  const name = safeFileName(`${"ü".repeat(500)}.jpeg`);
  assert.ok(Buffer.byteLength(name) <= 200 && name.endsWith("ü.jpeg") && !name.includes("\ufffd"), name);
});

test("makes one harmless part of a path of anything, and the same of that again", () => {
  const hostile = fc.string({
    unit: fc.oneof(fc.string({ unit: "binary", minLength: 1, maxLength: 1 }), fc.constantFrom("/", "\\", ".", " ", ":", "\u202e", "\0")),
  });
  fc.assert(
    fc.property(hostile, (wanted) => {
      const name = safeFileName(wanted);
      assert.equal(basename(join("/folder", name)), name);
      // oxlint-disable-next-line no-control-regex
      assert.doesNotMatch(name, /[/\\<>:"|?*\u0000-\u001f\u007f-\u009f]|\p{Bidi_Control}|^[.\s-]|[.\s]$/u);
      assert.ok(name !== "" && Buffer.byteLength(partName(name, new Uint8Array(32))) <= 255);
      assert.equal(safeFileName(name), name);
    }),
    { numRuns: 3_000 },
  );
});

test("numbers names before their ending", () => {
  assert.equal(numberedName("a.txt", 0), "a.txt");
  assert.equal(numberedName("a.b.txt", 2), "a.b (2).txt");
  assert.equal(numberedName("none", 1), "none (1)");
});

test.run();
