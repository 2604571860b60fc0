// Tests of tools/bench/documents: blocks are filled from results; and the documents of this repository are those that the kept results
// make.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { fillDocument } from "../../bench/documents/filled-document.ts";
import { keptFolder, keptResults, readKeptResults } from "../../bench/documents/kept-results.ts";
import { plotDataOf, toJson } from "../../bench/result.ts";
import { scenarios } from "../../bench/scenario-list.ts";
import type { Figures } from "../../bench/scenario.ts";
import { read, root } from "../docs/documents.ts";

function kept(name: string, runs: readonly Figures[]): ReturnType<typeof toJson> {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  const machine = { cpu: "A", cores: 2, memoryGib: 8, system: "Linux 6", node: "v20.19.0" };
  return toJson(scenario, { runs, series: [] }, { machine, date: "2026-01-02T03:04:05.678Z", command: "pnpm bench links", disturbed: 1 });
}

const results = keptResults([
  kept("link-2m", [
    { latencyP50Ms: 90, latencyP95Ms: 140, goodput: 0.9, unaccounted: 0 },
    { latencyP50Ms: 110, latencyP95Ms: 160, goodput: 0.8, unaccounted: 0 },
  ]),
  kept("link-500k", [{ latencyP50Ms: 85.4, latencyP95Ms: 301 }]),
]);

/** What a block becomes. */
function filled(directive: string): string {
  const text = fillDocument(`before\n<!-- bench: ${directive} -->\nold\n<!-- /bench -->\nafter\n`, results);
  assert.ok(text.startsWith(`before\n<!-- bench: ${directive} -->\n\n`) && text.endsWith("\n\n<!-- /bench -->\nafter\n"), text);
  assert.is(fillDocument(text, results), text, "filling is not stable");
  return text.split("\n").slice(3, -4).join("\n");
}

test("compares scenarios in columns of their own labels, with spreads where asked", () => {
  const lines = filled('compare link-2m link-500k link-2m-loss : latencyP50Ms~="p50" latencyP95Ms').split("\n");
  const cells = lines.slice(0, 5).map((line) => line.split("|").map((cell) => cell.trim()));
  assert.equal(cells[0], ["", "scenario", "p50, ms", "capture to display, p95, ms", ""]);
  assert.equal(cells[2], ["", "`link-2m`", "100 (90 … 110)", "150", ""]);
  assert.equal(cells[3], ["", "`link-500k`", "85", "301", ""]);
  assert.equal(cells[4], ["", "`link-2m-loss`", "not measured yet", "not measured yet", ""]);
  assert.is(
    lines.at(-1),
    "2 runs, 1 disturbed and done again, 2026-01-02: `pnpm bench links`; 1 run, 1 disturbed and done again, 2026-01-02: `pnpm bench links`",
  );
});

test("shows all figures of a scenario, or that it was not measured", () => {
  assert.match(filled("figures link-2m"), /\| capture to display, p50, ms +\| +100 \| +90 \| +110 \| +≤ 105 \| +yes \|/);
  assert.match(filled("figures memory"), "not measured yet: `pnpm bench memory`");
});

test("lists the goals, reached or not, and those that every scenario has where they were missed", () => {
  const text = filled("goals");
  assert.match(text, /`link-2m`: capture to display, p50 +\| +≤ 105 ms \| +100 \| +90 … 110 \| +yes \|/);
  assert.match(text, /`link-500k`: capture to display, p95 +\| +≤ 300 ms \| +301 \| +301 … 301 \| +\*\*no\*\* \|/);
  assert.not.match(text, "in no account");
  const lost = keptResults([
    kept("link-2m", [
      { latencyP50Ms: 90, unaccounted: 0 },
      { latencyP50Ms: 90, unaccounted: 3 },
    ]),
  ]);
  assert.match(
    fillDocument("<!-- bench: goals -->\n<!-- /bench -->", lost),
    /`link-2m`: in no account +\| every ≤ 0 \|[^|]+\| +0 … 3 \| +\*\*no\*\*/,
  );
});

test("names a plot only when there is one", () => {
  assert.match(filled("plot link-steps the delay"), "not measured yet");
  const withSteps = keptResults([kept("link-steps", [{ oldestMs: 1 }])]);
  const text = fillDocument("<!-- bench: plot link-steps the delay -->\n<!-- /bench -->", withSteps);
  assert.match(text, "![the delay](benchmarks/link-steps.svg)");
});

test("puts the README's figures side by side, and leaves out what was not measured", () => {
  const text = filled("readme");
  assert.match(text, /p50 \/ p95 +\| +100 \/ 150 ms \| +`pnpm bench link-2m`/);
  assert.not.match(text, "self-call");
});

test("sets programs beside each other, ours in bold, and shows their ratios apart", () => {
  const runs = [{ p50Ms: 12, "ffmpeg.p50Ms": 14, p50ToFfmpeg: 0.857, "ffmpeg.fps": 30, fps: 30 }];
  const measured = keptResults([kept("beside-h264", runs)]);
  const fill = (directive: string): string => fillDocument(`<!-- bench: ${directive} -->\n<!-- /bench -->`, measured);
  const table = fill('beside beside-h264 : p50Ms="p50" fps cpuMs');
  assert.match(table, /\| program +\| +p50, ms \|/);
  assert.match(table, /\| \*\*ours, h264\*\* +\| +12\.0 \| +30\.0 \| +\|/);
  assert.match(table, /\| ffmpeg[^|]*\| +14\.0 \| +30\.0 \| +\|/);
  assert.match(fill("ratios beside-h264"), /0\.86/);
  assert.not.match(fill("ratios beside-h264"), "14.0");
});

for (const directive of [
  "chart link-2m",
  "figures link-3m",
  "compare link-2m link-3m : fps",
  "compare link-2m : latencyP51Ms",
  "plot link-2m no scenario draws this",
]) {
  test(`refuses <!-- bench: ${directive} -->: there is no such thing`, () => {
    assert.throws(
      () => fillDocument(`<!-- bench: ${directive} -->\n<!-- /bench -->`, results),
      (error: unknown) => error instanceof RangeError,
    );
  });
}

const committed = readKeptResults(root);

for (const path of ["README.md", "docs/benchmarks.md"]) {
  test(`${path} has the figures of the kept results (pnpm bench:docs writes them)`, () => {
    assert.is(read(path), fillDocument(read(path), committed));
  });
}

test("keeps the plots of the kept results beside them", () => {
  for (const [name, { scenario, json }] of committed) {
    const path = join(root, keptFolder, `${name}.svg`);
    const plot = scenario.plot?.(plotDataOf(scenario, json));
    assert.is(existsSync(path) ? readFileSync(path, "utf8") : undefined, plot, name);
  }
});

test.run();
