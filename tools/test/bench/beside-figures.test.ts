// Tests of tools/bench/beside-figures.ts: whose figure is whose, and in which order they are drawn.

import { test } from "uvu";
import * as assert from "uvu/assert";

import { besidePlot, programsWith } from "../../bench/beside-figures.ts";
import type { FigureSpec } from "../../bench/scenario.ts";

const spec = (name: string, label: string, of?: "peers" | "ratios"): FigureSpec => ({
  name,
  label,
  unit: "ms",
  digits: 1,
  ...(of && { of }),
});
const specs: readonly FigureSpec[] = [
  spec("p50Ms", "ours: p50"),
  spec("p95Ms", "ours: p95"),
  spec("one.p50Ms", "One: p50", "peers"),
  spec("one.p95Ms", "One: p95", "peers"),
  spec("two.p50Ms", "Two, told: p50", "peers"),
  spec("two.p95Ms", "Two, told: p95", "peers"),
  spec("p50ToOne", "p50 / One", "ratios"),
];

test("finds each program by a figure that it has, and the names of its others", () => {
  assert.equal(
    programsWith("p50Ms", specs).map(({ label, isOurs, nameOf }) => [label, isOurs, nameOf("p95Ms")]),
    [
      ["ours", true, "p95Ms"],
      ["One", false, "one.p95Ms"],
      ["Two, told", false, "two.p95Ms"],
    ],
  );
});

test("draws those that were measured, the fastest first, and cuts off what is out of all proportion", () => {
  const common = { name: "beside-x", specs, series: [] };
  const svg = besidePlot({
    ...common,
    figures: { p50Ms: 12, p95Ms: 15, "one.p50Ms": 9, "one.p95Ms": 11, "two.p50Ms": 900, "two.p95Ms": 990 },
  });
  const labels = [...(svg ?? "").matchAll(/<text[^>]*>([^<]*)<\/text>/g)]
    .map(([, text = ""]) => text)
    .filter((text) => /ours|One|Two/.test(text));
  assert.equal(labels, ["One", "ours", "Two, told"]);
  assert.match(svg ?? "", ">… 900 / 990<");
  assert.not.match(besidePlot({ ...common, figures: { p50Ms: 12, p95Ms: 15 } }) ?? "", "Two");
  assert.is(besidePlot({ ...common, figures: {} }), undefined);
});

test.run();
