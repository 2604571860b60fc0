// Tests of tools/bench/plot: scales, and what ends up where in a drawing.

import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { barPlot } from "../../bench/plot/bar-plot.ts";
import { linePlot } from "../../bench/plot/line-plot.ts";
import { roundStep, scaleTo } from "../../bench/plot/scale.ts";
import { element, pointList, svgDocument, textAt } from "../../bench/plot/svg.ts";

test("steps by round numbers", () => {
  assert.equal(
    [1, 4.2, 9, 12, 480, 0.03].map((greatest) => Number(roundStep(greatest, 5).toPrecision(6))),
    [0.2, 1, 2, 2.5, 100, 0.01],
  );
});

test("holds every value between 0 and the end of its scale, whichever way it runs", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (greatest, share) => {
      const { at, max, ticks } = scaleTo(greatest, [200, 10]);
      assert.ok(max >= greatest * (1 - 1e-9));
      const y = at(greatest * share);
      assert.ok(y <= 200 + 1e-6 && y >= 10 - 1e-6, String(y));
      assert.is(ticks[0], 0);
      assert.ok(ticks.length >= 2 && ticks.length <= 7, String(ticks));
    }),
  );
});

test("has a scale even when there is nothing but zeros", () => {
  assert.is(scaleTo(0, [0, 100]).at(0), 0);
});

test("writes elements with rounded numbers and escaped texts", () => {
  assert.is(element("line", { x1: 1.23456, class: 'a"b' }), '<line x1="1.23" class="a&quot;b"/>');
  assert.is(textAt(1, 2, "a < b & c"), '<text x="1" y="2">a &lt; b &amp; c</text>');
  assert.is(
    pointList([
      [1, 2],
      [3.005, 4],
    ]),
    "1,2 3.01,4",
  );
  assert.match(svgDocument(10, 20, "<t>", []), "<title>&lt;t&gt;</title>");
});

test("draws each event as a dot, the link as steps, and the limit", () => {
  const svg = linePlot({
    title: "t",
    xLabel: "seconds",
    panels: [
      {
        yLabel: "ms",
        data: {
          label: "pictures",
          dots: true,
          points: [
            [0, 10],
            [5, 20],
            [10, 40],
          ],
        },
        limit: { y: 50, label: "limit" },
      },
      {
        yLabel: "Mbit/s",
        data: {
          label: "video",
          points: [
            [0, 1],
            [10, 2],
          ],
        },
        shade: {
          label: "link",
          points: [
            [0, 20],
            [4, 1],
            [10, 1],
          ],
        },
      },
    ],
  });
  assert.is(svg.match(/<circle /g)?.length, 3);
  assert.is(svg.match(/class="limit"/g)?.length, 1);
  // From (0, 0) up, level to 4 s, down, level to 10 s, and back to the axis.
  const shade =
    /<polygon class="shade" points="([^"]+)"/
      .exec(svg)?.[1]
      ?.split(" ")
      .map((pair) => pair.split(",").map(Number)) ?? [];
  const xs = shade.map(([x]) => x);
  assert.equal(
    xs,
    [...xs].sort((a = 0, b = 0) => a - b),
  );
  const [first, , , , , , , last] = shade;
  assert.is(shade.length, 8);
  assert.is(first?.[1], last?.[1]);
  assert.is(shade[1]?.[1], shade[2]?.[1]);
});

test("draws bars in proportion, ours apart from theirs", () => {
  const svg = barPlot({
    title: "t",
    xLabel: "ms",
    bars: [
      { label: "ours", isOurs: true, p50: 10, p95: 20 },
      { label: "a & b", isOurs: false, p50: 20, p95: 40 },
    ],
  });
  const widths = [...svg.matchAll(/<rect class="(ours|theirs)( tail)?"[^>]* width="([\d.]+)"/g)].map(
    ([, whose, tail, width]) => [whose, tail !== undefined, Number(width)] as const,
  );
  const unit = (widths[1]?.[2] ?? Number.NaN) / 10;
  assert.equal(widths, [
    ["ours", true, 20 * unit],
    ["ours", false, 10 * unit],
    ["theirs", true, 40 * unit],
    ["theirs", false, 20 * unit],
  ]);
  assert.match(svg, "a &amp; b");
});

test.run();
