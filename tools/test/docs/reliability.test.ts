// docs/reliability.md promises nothing without a test: every row names one that exists, and every limit has a row whose tests know it.

import { existsSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { quoted, read, root, table } from "./documents.ts";

const document = "docs/reliability.md";
const tables = [
  "| limit | constants | test |",
  "| attacker | what stops them | test |",
  "| fault | what happens | test |",
  "| load | what happens | test |",
  "| input | count | what must hold | test |",
] as const;

for (const header of tables) {
  test(`names a test that exists in each row of ${header}`, () => {
    const rows = table(document, header);
    assert.ok(rows.length > 0);
    for (const cells of rows) {
      const tests = quoted(cells.at(-1) ?? "");
      assert.ok(tests.length > 0 || cells.at(-1)?.startsWith("not tested: "), `${cells[0]}: names no test, and no reason for having none`);
      for (const path of tests) {
        assert.match(path, /^(packages|tools)\/[\w./-]+$/, cells[0]);
        assert.ok(existsSync(`${root}/${path}`), `${cells[0]}: there is no ${path}`);
      }
    }
  });
}

test("has every limit of the code once in its table", () => {
  const coded = [...read("packages/protocol/src/limits.ts").matchAll(/^export const (\w+)/gm)].map(([, name = ""]) => name);
  const documented = table(document, tables[0]).flatMap(([, constants = ""]) => quoted(constants));
  assert.equal(documented.toSorted(), coded.toSorted());
});

test("is what SECURITY.md points to", () => {
  assert.match(read("SECURITY.md"), /\(docs\/reliability\.md#promises\)/);
});

test.run();
