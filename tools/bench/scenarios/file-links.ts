// A file beside the pictures on a slow link: what it costs them, and how fast it goes. The same call without the file, just before, is the measure.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { Program as TerminalProgram } from "../../e2e/program.ts";
import { watchOthers } from "../cpu-use.ts";
import { sourceArguments, warmUpS } from "../live-call.ts";
import { Program } from "../program.ts";
import type { FigureSpec, Figures, Scenario, ScenarioOptions } from "../scenario.ts";
import { clockUs, collectShown, goodputBps, latenciesOf, type ShownPicture, shownBetween } from "../shown-pictures.ts";
import { type LinkProperties, openSlowLink } from "../slow-link.ts";

interface FileLink extends LinkProperties {
  readonly name: string;
  readonly words: string;
  /** Larger than what can arrive while it is measured. */
  readonly fileBytes: number;
  /** Least bitrate of the file, bits a second. */
  readonly fileBps: number;
}

const links: readonly FileLink[] = [
  { name: "link-2m-file", words: "2 Mbit/s, 50 ms one way", rateBps: 2e6, delayMs: 50, fileBytes: 30e6, fileBps: 5e4 },
  { name: "link-10m-file", words: "10 Mbit/s, 20 ms one way", rateBps: 1e7, delayMs: 20, fileBytes: 100e6, fileBps: 4e6 },
];

/** The file has found its place by then, s. */
const settleS = 4;

/** `pnpm bench link-2m-file` and its like. */
export const fileLinks: readonly Scenario[] = links.map((link) => ({
  name: link.name,
  description: `a file sent along from svc-sender to svc-receiver over ${link.words}; 1280x720 at 30 fps, at most 2 Mbit/s (needs root)`,
  figures: figuresOf(link),
  measure: (options) => measure(link, options),
}));

function figuresOf({ fileBps }: FileLink): readonly FigureSpec[] {
  return [
    { name: "latencyP50Ms", label: "capture to display with the file, p50", unit: "ms", digits: 0 },
    { name: "latencyP95Ms", label: "capture to display with the file, p95", unit: "ms", digits: 0, goal: { atMost: 200 } },
    { name: "aloneP50Ms", label: "the same without it, p50", unit: "ms", digits: 0 },
    { name: "aloneP95Ms", label: "the same without it, p95", unit: "ms", digits: 0 },
    { name: "fps", label: "pictures shown with the file", unit: "fps", digits: 1 },
    { name: "aloneFps", label: "the same without it", unit: "fps", digits: 1 },
    { name: "bitrateMbps", label: "video that arrived with the file", unit: "Mbit/s", digits: 2 },
    { name: "aloneMbps", label: "the same without it", unit: "Mbit/s", digits: 2 },
    { name: "fileMbps", label: "the file", unit: "Mbit/s", digits: 3, goal: { atLeast: fileBps / 1e6 } },
    { name: "p95Ratio", label: "p95 with the file / without", unit: "", digits: 2, of: "ratios" },
    { name: "bitrateRatio", label: "video with the file / without", unit: "", digits: 2, of: "ratios", goal: { atLeast: 0.8 } },
    { name: "otherCores", label: "cores used by others meanwhile", unit: "", digits: 2 },
  ];
}

async function measure(link: FileLink, options: ScenarioOptions): Promise<Figures> {
  const slow = await openSlowLink(link);
  const folder = mkdtempSync(join(tmpdir(), "svc-bench-"));
  const programs: { stop(): Promise<unknown> }[] = [];
  try {
    const file = join(folder, "file.bin");
    writeFileSync(file, randomBytes(link.fileBytes));
    const key = ["--key-file", join(folder, "key")];
    const [ours, theirs] = slow.ends;
    const listen = ["--listen", `${ours.address}:0`, "--barcode", "--json"];
    // What is typed needs a terminal.
    const sender = new TerminalProgram("sender", [...sourceArguments(options), ...listen, ...key], {
      terminal: true,
      namespace: ours.namespace,
    });
    programs.push({ stop: () => sender.kill() });
    const { port } = await sender.event("listening");
    const place = [`${ours.address}:${Number(port)}`, "--no-window", "--json-frames", "--accept-files", join(folder, "kept")];
    const receiver = new Program("receiver", [...place, ...key], theirs);
    programs.push(receiver);
    const shown = collectShown(receiver);
    await receiver.first("first-picture");
    await sleep(warmUpS * 1000);
    const others = watchOthers();
    const alone = await watch(shown, options.seconds);
    sender.type(`t/send ${file}\r`);
    await receiver.first("file");
    await sleep(settleS * 1000);
    const before = await progress(receiver);
    const beside = await watch(shown, options.seconds);
    const after = await progress(receiver);
    return {
      latencyP50Ms: beside.p50,
      latencyP95Ms: beside.p95,
      aloneP50Ms: alone.p50,
      aloneP95Ms: alone.p95,
      fps: beside.fps,
      aloneFps: alone.fps,
      bitrateMbps: beside.bitrateBps / 1e6,
      aloneMbps: alone.bitrateBps / 1e6,
      fileMbps: ((after.bytes - before.bytes) * 8) / 1e3 / (after.atMs - before.atMs),
      p95Ratio: beside.p95 / alone.p95,
      bitrateRatio: beside.bitrateBps / alone.bitrateBps,
      otherCores: others(),
    };
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
    await slow.close();
    rmSync(folder, { recursive: true });
  }
}

async function watch(
  shown: readonly ShownPicture[],
  seconds: number,
): Promise<ReturnType<typeof latenciesOf> & { readonly fps: number; readonly bitrateBps: number }> {
  const fromUs = clockUs();
  await sleep(seconds * 1000);
  const toUs = clockUs();
  const pictures = shownBetween(shown, fromUs, toUs);
  return { ...latenciesOf(pictures), fps: pictures.length / seconds, bitrateBps: goodputBps(pictures, fromUs, toUs) };
}

/** What of the file has arrived, by the next event that says so. */
async function progress(receiver: Program): Promise<{ readonly atMs: number; readonly bytes: number }> {
  const { atMs, value } = await receiver.next("file");
  return { atMs, bytes: Number(value["bytes"]) };
}
