// Tests of tools/bench/result.ts, table.ts and incoming-stats.ts: what is made of the runs.

import { test } from "uvu";
import * as assert from "uvu/assert";

import { incomingLine, unaccounted } from "../../bench/incoming-stats.ts";
import type { Machine } from "../../bench/machine.ts";
import { plotDataOf, summarize, toJson } from "../../bench/result.ts";
import type { FigureSpec } from "../../bench/scenario.ts";
import { groups, scenarios, scenariosNamed } from "../../bench/scenario-list.ts";
import { formatFigures, formatGoal, formatTable, formatValue } from "../../bench/table.ts";

const machine: Machine = { cpu: "A", cores: 2, memoryGib: 8, system: "Linux 6", node: "v20.19.0" };
const figures: readonly FigureSpec[] = [
  { name: "fps", label: "pictures", unit: "fps", digits: 1, goal: { atLeast: 29.5 } },
  { name: "delayMs", label: "delay", unit: "ms", digits: 0, goal: { atMost: 20, of: "every" } },
  { name: "floorMs", label: "floor", unit: "ms", digits: 2, of: "peers" },
  { name: "ratio", label: "ratio", unit: "", digits: 2, of: "ratios" },
  { name: "absent", label: "absent", unit: "", digits: 0, goal: { atMost: 1 } },
];
const runs = [
  { fps: 29, delayMs: 18, floorMs: 9.12345, ratio: 1.2 },
  { fps: 30, delayMs: 19, floorMs: 9.5, ratio: 1.1 },
  { fps: 29.6, delayMs: 25, floorMs: 9.4, ratio: 1.3 },
];

test("judges a goal by the median, or by every run where the goal says so", () => {
  const results = summarize(figures, runs);
  assert.equal(
    results.map(({ spec, median, reached }) => [spec.name, median, reached]),
    [
      ["fps", 29.6, true],
      ["delayMs", 19, false],
      ["floorMs", 9.4, undefined],
      ["ratio", 1.2, undefined],
    ],
  );
});

test("keeps ours, others' and ratios apart in the JSON, with circumstances and single runs", () => {
  const json = toJson(
    { name: "x", figures },
    { runs, series: [] },
    { machine, date: "2026-01-01T00:00:00.000Z", command: "pnpm bench x", disturbed: 1 },
  );
  assert.equal(json, {
    scenario: "x",
    ours: { fps: 29.6, delayMs: 19 },
    peers: { floorMs: 9.4 },
    ratios: { ratio: 1.2 },
    goals: { fps: true, delayMs: false },
    machine,
    date: "2026-01-01T00:00:00.000Z",
    command: "pnpm bench x",
    disturbed: 1,
    runs: [{ ...runs[0], floorMs: 9.123 }, runs[1], runs[2]],
  });
});

test("keeps what is to be drawn over time, and gives it to the plot with all medians", () => {
  const series = [{ name: "delay", unit: "ms", points: [[0.00049, 1.23456] as const] }];
  const json = toJson({ name: "x", figures }, { runs, series }, { machine, date: "", command: "", disturbed: 0 });
  assert.equal(json.series, [{ name: "delay", unit: "ms", points: [[0, 1.235]] }]);
  assert.equal(plotDataOf({ name: "x", figures }, json), {
    name: "x",
    specs: figures,
    figures: { fps: 29.6, delayMs: 19, floorMs: 9.4, ratio: 1.2 },
    series: json.series,
  });
});

test("finds scenarios by name, by group and all of them, each once", () => {
  const namesOf = (...names: string[]): string[] => scenariosNamed(names).chosen.map(({ name }) => name);
  assert.equal(namesOf("cpu", "self-call"), ["cpu", "self-call"]);
  assert.equal(
    namesOf("links", "link-2m"),
    groups["links"]?.map(({ name }) => name),
  );
  assert.equal(
    namesOf("all"),
    scenarios.map(({ name }) => name),
  );
  assert.equal(scenariosNamed(["cpu", "no-such"]).unknown, ["no-such"]);
});

test("prints aligned columns", () => {
  const lines = formatTable(
    ["name", "x"],
    [
      ["a", "1"],
      ["long name", "12345"],
    ],
  ).split("\n");
  assert.equal(lines, ["| name      |     x |", "| --------- | ----: |", "| a         |     1 |", "| long name | 12345 |"]);
});

test("prints each figure with its spread, its goal and whether it was reached", () => {
  const table = formatFigures(summarize(figures, runs));
  assert.match(table, /\| pictures, fps \|\s+29\.6 \|\s+29\.0 \|\s+30\.0 \|\s+≥ 29\.5 \|\s+yes \|/);
  assert.match(table, /\| delay, ms {5}\|\s+19 \|\s+18 \|\s+25 \| every ≤ 20 \|\s+NO \|/);
});

test("writes goals as people do", () => {
  assert.is(formatGoal(undefined), "");
  assert.is(formatValue({ digits: 0 }, 1_234_567.4), "1,234,567");
  assert.is(formatValue({ digits: 0 }, 9_999), "9999");
  assert.is(formatValue({ digits: 2 }, 12.345), "12.35");
  assert.is(formatGoal({ atLeast: 1, atMost: 2 }), "≥ 1, ≤ 2");
  assert.is(formatGoal({ atMost: 0, of: "every" }), "every ≤ 0");
});

test("reads a receiver's line and a peer's alike, and finds frames that are in no account", () => {
  const figuresOfLine = { captured: 10, shown: 7, dropped: { notEncoded: 2, lost: 0 }, fps: 30, bitrateBps: 1 };
  const receiver = incomingLine({ atMs: 5, event: "stats", value: { event: "stats", ...figuresOfLine } });
  const peer = incomingLine({ atMs: 5, event: "stats", value: { event: "stats", incoming: figuresOfLine, outgoing: {} } });
  for (const line of [receiver, peer]) {
    assert.is(line.atMs, 5);
    assert.is(line.captured, 10);
    assert.is(unaccounted(line), 1);
  }
});

test("gives every scenario a name of its own, and every figure within it", () => {
  const names = scenarios.map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
  for (const scenario of scenarios) {
    const figureNames = scenario.figures.map(({ name }) => name);
    assert.is(new Set(figureNames).size, figureNames.length, scenario.name);
  }
});

test.run();
