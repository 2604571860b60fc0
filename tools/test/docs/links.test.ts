// What the documents point to is there: links and their anchors, files that are named, and nothing that exists on one computer only.

import { existsSync } from "node:fs";
import { dirname, posix } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { documents, filesBelow, quoted, read, root } from "./documents.ts";

/** The anchor that a heading gets, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trimEnd()
    .replaceAll(/\s/g, "-")
    .concat(/\s[^\p{L}\p{N}\s_-]+$/u.test(heading) ? "-" : "");
}

function anchorsOf(path: string): string[] {
  return [...read(path).matchAll(/^#{1,6} (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading));
}

for (const path of documents()) {
  const prose = read(path).replaceAll(/^```[\s\S]*?^```$/gm, "");

  test(`the links of ${path} lead somewhere`, () => {
    for (const [, target = ""] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const found = file === "" ? path : posix.normalize(posix.join(dirname(path), file));
      assert.ok(existsSync(`${root}/${found}`), `${target}: there is no ${found}`);
      if (anchor !== undefined) assert.ok(anchorsOf(found).includes(anchor), `${target}: ${found} has no such heading`);
    }
  });

  test(`the files that ${path} names are there`, () => {
    for (const words of quoted(prose)) {
      if (!/^(packages|tools|docs)\/[\w./-]+$/.test(words)) continue;
      assert.ok(existsSync(`${root}/${words}`), words);
    }
  });
}

test("the documents that the sources name are there", () => {
  for (const path of filesBelow().filter((file) => /^(packages|tools)\/.*\.(ts|mjs|js|py)$/.test(file) && !/\/test\//.test(file))) {
    for (const [named] of read(path).matchAll(/\bdocs\/[\w/.-]+\.md\b/g))
      assert.ok(existsSync(`${root}/${named}`), `${path} names ${named}`);
  }
});

test("every decision is in the list of decisions", () => {
  const list = read("docs/decisions/README.md");
  const decisions = filesBelow("docs/decisions").filter((path) => /\/\d{4}-/.test(path));
  assert.ok(decisions.length >= 11);
  for (const path of decisions) assert.ok(list.includes(`(${posix.basename(path)})`), `docs/decisions/README.md does not list ${path}`);
});

test("no file names a folder of one computer", () => {
  // Homes of people (but "someone", in examples), and absolute paths that only a workplace has.
  const machinePath = /(?<![\w.])\/(?:home|Users)\/(?!someone\b)\w+|(?<![\w./])\/(?:root|work|workspace|builds)\/\w/;
  const texts = /\.(ts|mjs|js|py|json|ya?ml|md|sh|hex|html|svg|css)$|(^|\/)[^.]+$|^\.[\w]+$/;
  for (const path of filesBelow().filter(
    (file) => texts.test(file) && !file.endsWith("links.test.ts") && !file.endsWith("test-results.json"),
  )) {
    assert.is(machinePath.exec(read(path))?.[0], undefined, path);
  }
});

test.run();
