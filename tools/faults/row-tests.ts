// Rows of the faults table as tests: the short form of each, with room for a computer that is busy with other tests.

import { test } from "uvu";
import * as assert from "uvu/assert";

import { whyNoNamespaces } from "../e2e/network-namespaces.ts";
import { failuresOf } from "./fault-row.ts";
import { faultRows } from "./row-list.ts";

/** Makes a test of each of these rows. @param needs what there must be on this computer */
export function testRows(names: readonly string[], { needs }: { readonly needs?: "namespaces" } = {}): void {
  const obstacle = needs === "namespaces" ? whyNoNamespaces() : undefined;
  if (obstacle !== undefined) process.stdout.write(`Skipped, since ${obstacle}.\n`);
  for (const name of names) {
    const row = faultRows.find((found) => found.name === name);
    if (row === undefined) throw new Error(`there is no row ${name}`);
    const body = async (): Promise<void> => assert.equal(failuresOf(row, await row.run("short"), { form: "short" }), []);
    (obstacle === undefined ? test : test.skip)(`bears it when ${row.fault}`, body);
  }
}
