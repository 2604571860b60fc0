import * as fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { breakLines } from "../../src/display/card-text.ts";

const measure = (text: string): number => text.length;

test("breaks lines at spaces, and a long word anywhere", () => {
  assert.equal(breakLines("waiting for the picture", { maxWidthPx: 11, maxLines: 3, measure }), ["waiting for", "the picture"]);
  assert.equal(breakLines("of abcdefghijkl", { maxWidthPx: 6, maxLines: 4, measure }), ["of", "abcdef", "ghijkl"]);
});

test("ends in dots where a text has more lines than there is room for", () => {
  assert.equal(breakLines("one two three four five", { maxWidthPx: 9, maxLines: 2, measure }), ["one two", "three..."]);
});

test("gives at most the lines asked for, none wider than asked, for any text", () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200 }),
      fc.integer({ min: 4, max: 40 }),
      fc.integer({ min: 1, max: 4 }),
      (text, maxWidthPx, maxLines) => {
        const lines = breakLines(text, { maxWidthPx, maxLines, measure });
        assert.ok(lines.length <= maxLines);
        for (const line of lines) assert.ok(line.length <= maxWidthPx, line);
      },
    ),
  );
});

test.run();
