// What the package says that it exports is there: each entry point of its package.json, from its sources.
import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";

interface PackageJson {
  readonly exports: Readonly<Record<string, { readonly default: string } | string>>;
}

const { exports: entries } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as PackageJson;

for (const [name, entry] of Object.entries(entries)) {
  if (typeof entry === "string") continue;
  test(`exports something of every name in ${name}`, async () => {
    const source = entry.default.replace(/^\.\/dist\/(.*)\.js$/, "./src/$1.ts").replace(/^\./, "..");
    const module = (await import(new URL(source, import.meta.url).href)) as Readonly<Record<string, unknown>>;
    const names = Object.keys(module);
    assert.ok(names.length > 0);
    assert.not(names.includes("default"), "there are no default exports");
    for (const each of names) assert.is.not(module[each], undefined, each);
  });
}

test.run();
