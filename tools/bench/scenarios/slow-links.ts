// What a slow link does to the delay, the frame rate and the bytes: one scenario a link.

import { setTimeout as sleep } from "node:timers/promises";

import { sourceArguments, warmUpS } from "../live-call.ts";
import { measureSide } from "../live-side.ts";
import { Program } from "../program.ts";
import type { Figures, Scenario } from "../scenario.ts";
import { type LinkProperties, openSlowLink } from "../slow-link.ts";

/** A link, and what is to be reached on it. */
interface LinkScenario extends LinkProperties {
  readonly name: string;
  readonly words: string;
  readonly p50Ms?: number;
  readonly p95Ms: number;
  readonly fps?: number;
  /** Share of the link's rate that is to arrive as video. */
  readonly goodput?: number;
}

const links: readonly LinkScenario[] = [
  { name: "link-2m", words: "2 Mbit/s, 50 ms one way", rateBps: 2e6, delayMs: 50, p50Ms: 105, p95Ms: 150, fps: 25, goodput: 0.85 },
  { name: "link-500k", words: "0.5 Mbit/s, 50 ms one way", rateBps: 5e5, delayMs: 50, p95Ms: 300 },
  {
    name: "link-2m-loss",
    words: "2 Mbit/s, 50 ms one way, 1 % of the packets lost",
    rateBps: 2e6,
    delayMs: 50,
    lossPercent: 1,
    p95Ms: 300,
  },
  {
    name: "link-10m-loss",
    words: "10 Mbit/s, 50 ms one way, 3 % of the packets lost",
    rateBps: 1e7,
    delayMs: 50,
    lossPercent: 3,
    p95Ms: 350,
  },
];

/** `pnpm bench link-2m` and its like. */
export const slowLinks: readonly Scenario[] = links.map((link) => ({
  name: link.name,
  description: `svc-sender to svc-receiver over ${link.words}, a queue of 100 ms, TCP cubic; 1280x720 at 30 fps, at most 2 Mbit/s (needs root)`,
  figures: [
    {
      name: "latencyP50Ms",
      label: "capture to display, p50",
      unit: "ms",
      digits: 0,
      ...(link.p50Ms !== undefined && { goal: { atMost: link.p50Ms } }),
    },
    { name: "latencyP95Ms", label: "capture to display, p95", unit: "ms", digits: 0, goal: { atMost: link.p95Ms } },
    { name: "latencyP99Ms", label: "capture to display, p99", unit: "ms", digits: 0 },
    { name: "fps", label: "pictures shown", unit: "fps", digits: 1, ...(link.fps !== undefined && { goal: { atLeast: link.fps } }) },
    { name: "bitrateMbps", label: "video that arrived", unit: "Mbit/s", digits: 2 },
    {
      name: "goodput",
      label: "share of the link's rate",
      unit: "",
      digits: 2,
      of: "ratios",
      ...(link.goodput !== undefined && { goal: { atLeast: link.goodput } }),
    },
    { name: "widthPx", label: "width of the pictures at the end", unit: "px", digits: 0 },
    { name: "droppedPercent", label: "frames dropped", unit: "%", digits: 1 },
  ],
  async measure(options): Promise<Figures> {
    const slow = await openSlowLink(link);
    const [near, far] = slow.ends;
    const programs: Program[] = [];
    try {
      const sender = new Program("sender", [...sourceArguments(options), "--barcode", "--listen", `${near.address}:0`], near.namespace);
      programs.push(sender);
      const { value } = await sender.first("invite");
      const receiver = new Program("receiver", [String(value["invite"]), "--no-window"], far.namespace);
      programs.push(receiver);
      await receiver.first("first-picture");
      await sleep(warmUpS * 1000);
      const side = await measureSide([receiver], options.seconds);
      const bitrateBps = side.bytesPerFrame * 8 * side.fps;
      return {
        latencyP50Ms: side.latencyMs.p50,
        latencyP95Ms: side.latencyMs.p95,
        latencyP99Ms: side.latencyMs.p99,
        fps: side.fps,
        bitrateMbps: bitrateBps / 1e6,
        goodput: bitrateBps / link.rateBps,
        widthPx: Number((await receiver.next("stats")).value["widthPx"]),
        droppedPercent: (100 * side.droppedTotal) / (side.shown + side.droppedTotal),
      };
    } finally {
      await Promise.all(programs.map((program) => program.stop()));
      await slow.close();
    }
  },
}));
