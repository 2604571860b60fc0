// The few figures that the README shows, and where they come from.

import { formatValue } from "../table.ts";
import type { Results } from "./filled-document.ts";

interface ReadmeRow {
  readonly label: string;
  readonly scenario: string;
  /** Shown one after the other, with the unit of the last. */
  readonly figures: readonly string[];
}

const rows: readonly ReadmeRow[] = [
  { label: "pictures shown, both sides", scenario: "self-call", figures: ["fps"] },
  { label: "capture to display, p50 / p95 / p99", scenario: "self-call", figures: ["latencyP50Ms", "latencyP95Ms", "latencyP99Ms"] },
  {
    label: "one way, 1280×720, 30 fps, p50 / p95 / p99",
    scenario: "loopback-720p30",
    figures: ["latencyP50Ms", "latencyP95Ms", "latencyP99Ms"],
  },
  { label: "over 2 Mbit/s with 50 ms one way, p50 / p95", scenario: "link-2m", figures: ["latencyP50Ms", "latencyP95Ms"] },
  { label: "frames in no account", scenario: "self-call", figures: ["unaccounted"] },
  { label: "memory of a side of a call, all processes (PSS)", scenario: "self-call", figures: ["pssMib"] },
  { label: "`receiver` typed to first picture", scenario: "start-up", figures: ["firstPictureMs"] },
];

/** The rows of the README's table: figure, value, command. Those that were not measured are left out. */
export function readmeRows(results: Results): string[][] {
  return rows.flatMap(({ label, scenario, figures }) => {
    const result = results.get(scenario);
    const found = figures.flatMap((name) => result?.figures.find(({ spec }) => spec.name === name) ?? []);
    const unit = found.at(-1)?.spec.unit;
    if (unit === undefined) return [];
    const values = found.map(({ spec, median }) => formatValue(spec, median)).join(" / ");
    return [[label, `${values} ${unit}`.trim(), `\`pnpm bench ${scenario}\``]];
  });
}
