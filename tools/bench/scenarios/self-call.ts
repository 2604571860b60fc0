// The call on one computer: both sides' pictures, delay, drops, CPU and memory.

import { total } from "../cpu-use.ts";
import { measureCall } from "../live-call.ts";
import type { SideMeasurement } from "../live-side.ts";
import type { Figures, Scenario } from "../scenario.ts";
import { mean } from "../statistics.ts";

const mebibyte = 2 ** 20;
const noMemory = { network: 0, capture: 0, playback: 0 };

/** `pnpm bench self-call`. */
export const selfCall: Scenario = {
  name: "self-call",
  description: "two svc-peer on loopback, 1280x720, 30 fps, H.264, 2 Mbit/s each way; the worse of the two sides unless it says each",
  figures: [
    { name: "fps", label: "pictures shown", unit: "fps", digits: 2, goal: { atLeast: 29.5 } },
    { name: "latencyP50Ms", label: "capture to display, p50", unit: "ms", digits: 1, goal: { atMost: 20 } },
    { name: "latencyP95Ms", label: "capture to display, p95", unit: "ms", digits: 1, goal: { atMost: 35 } },
    { name: "latencyP99Ms", label: "capture to display, p99", unit: "ms", digits: 1 },
    { name: "bytesPerFrame", label: "bytes a frame, mean of the sides", unit: "", digits: 0 },
    { name: "dropped", label: "frames dropped, both sides", unit: "", digits: 0 },
    { name: "droppedNotEncoded", label: "… before encoding", unit: "", digits: 0 },
    { name: "droppedNotSent", label: "… before sending", unit: "", digits: 0 },
    { name: "droppedSuperseded", label: "… at the display", unit: "", digits: 0 },
    { name: "droppedStale", label: "… too old to be shown", unit: "", digits: 0 },
    { name: "droppedOtherwise", label: "… otherwise", unit: "", digits: 0, goal: { atMost: 0, of: "every" } },
    { name: "unaccounted", label: "frames in no account", unit: "", digits: 0, goal: { atMost: 0, of: "every" } },
    { name: "mismatched", label: "pictures with another frame's barcode", unit: "", digits: 0, goal: { atMost: 0, of: "every" } },
    { name: "cpuNetworkMs", label: "CPU a frame each, network process", unit: "ms", digits: 2 },
    { name: "cpuCaptureMs", label: "CPU a frame each, capture engine", unit: "ms", digits: 2 },
    { name: "cpuPlaybackMs", label: "CPU a frame each, playback engine", unit: "ms", digits: 2 },
    { name: "rssNetworkMib", label: "RSS each, network process", unit: "MiB", digits: 0 },
    { name: "rssCaptureMib", label: "RSS each, capture engine", unit: "MiB", digits: 0 },
    { name: "rssPlaybackMib", label: "RSS each, playback engine", unit: "MiB", digits: 0 },
    { name: "rssMib", label: "RSS each, all processes", unit: "MiB", digits: 0 },
    { name: "pssMib", label: "PSS each, all processes", unit: "MiB", digits: 0 },
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ],
  async measure(options): Promise<Figures> {
    const { sides, unaccounted, mismatched, otherCores } = await measureCall(options);
    const worst = (value: (side: SideMeasurement) => number): number => Math.max(...sides.map(value));
    const each = (value: (side: SideMeasurement) => number): number => mean(sides.map(value));
    const drops = (name: string): number => sides.reduce((sum, { dropped }) => sum + (dropped[name] ?? 0), 0);
    const named = {
      droppedNotEncoded: drops("notEncoded"),
      droppedNotSent: drops("notSent"),
      droppedSuperseded: drops("superseded"),
      droppedStale: drops("stale"),
    };
    const dropped = sides.reduce((sum, { droppedTotal }) => sum + droppedTotal, 0);
    return {
      fps: Math.min(...sides.map(({ fps }) => fps)),
      latencyP50Ms: worst(({ latencyMs }) => latencyMs.p50),
      latencyP95Ms: worst(({ latencyMs }) => latencyMs.p95),
      latencyP99Ms: worst(({ latencyMs }) => latencyMs.p99),
      bytesPerFrame: each(({ bytesPerFrame }) => bytesPerFrame),
      dropped,
      ...named,
      droppedOtherwise: dropped - Object.values(named).reduce((sum, count) => sum + count, 0),
      unaccounted,
      mismatched,
      cpuNetworkMs: each(({ cpuMs, shown }) => cpuMs.network / shown),
      cpuCaptureMs: each(({ cpuMs, shown }) => cpuMs.capture / shown),
      cpuPlaybackMs: each(({ cpuMs, shown }) => cpuMs.playback / shown),
      rssNetworkMib: each(({ rssByProgram: [rss] }) => (rss ?? noMemory).network / mebibyte),
      rssCaptureMib: each(({ rssByProgram: [rss] }) => (rss ?? noMemory).capture / mebibyte),
      rssPlaybackMib: each(({ rssByProgram: [rss] }) => (rss ?? noMemory).playback / mebibyte),
      rssMib: each(({ rssByProgram: [rss] }) => total(rss ?? noMemory) / mebibyte),
      pssMib: each(({ pssByProgram: [pss] }) => total(pss ?? noMemory) / mebibyte),
      otherCores,
    };
  },
};
