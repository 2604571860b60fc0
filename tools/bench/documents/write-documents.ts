// `pnpm bench:docs`: writes the figures of the kept results into the documents, and draws their plots.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { plotDataOf } from "../result.ts";
import { fillDocument } from "./filled-document.ts";
import { keptFolder, readKeptResults } from "./kept-results.ts";

// From the built program.
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const results = readKeptResults(root);
for (const path of ["README.md", "docs/benchmarks.md"]) {
  const text = readFileSync(join(root, path), "utf8");
  writeFileSync(join(root, path), fillDocument(text, results));
}
for (const [name, { scenario, json }] of results) {
  const plot = scenario.plot?.(plotDataOf(scenario, json));
  if (plot !== undefined) writeFileSync(join(root, keptFolder, `${name}.svg`), plot);
}
