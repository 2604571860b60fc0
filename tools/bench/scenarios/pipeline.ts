// Where the time between capture and display goes, inside the call of self-call.

import { type StageName, stageNames } from "../incoming-stats.ts";
import { measureCall } from "../live-call.ts";
import type { Figures, Scenario } from "../scenario.ts";
import { mean, median } from "../statistics.ts";

const labels: Readonly<Record<StageName, string>> = {
  captureWaitUs: "capture wait (source, newest frame)",
  encodeUs: "encode, with colour conversion",
  sendQueueUs: "send queue (engine to network, outbox)",
  networkUs: "network",
  decodeUs: "decode",
  displayWaitUs: "display wait, with colour conversion",
};

/** `pnpm bench pipeline`. */
export const pipeline: Scenario = {
  name: "pipeline",
  description: "the call of self-call, stage by stage: medians on each side",
  figures: [
    ...stageNames.map((name) => ({ name: figureName(name), label: labels[name], unit: "ms", digits: 2 })),
    { name: "restMs", label: "rest (network process to playback engine)", unit: "ms", digits: 2 },
    { name: "latencyP50Ms", label: "capture to display, p50", unit: "ms", digits: 2 },
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ],
  async measure(options): Promise<Figures> {
    const { sides, otherCores } = await measureCall(options);
    const pictures = sides.flatMap(({ lines }) => lines.flatMap(({ stages }) => stages ?? []));
    const stages = stageNames.map((name) => [figureName(name), median(pictures.map((picture) => picture[name])) / 1000] as const);
    const latencyP50Ms = mean(sides.map(({ latencyMs }) => latencyMs.p50));
    const known = stages.reduce((sum, [, ms]) => sum + ms, 0);
    return { ...Object.fromEntries(stages), restMs: latencyP50Ms - known, latencyP50Ms, otherCores };
  },
};

function figureName(stage: StageName): string {
  return stage.replace(/Us$/, "Ms");
}
