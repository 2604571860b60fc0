// A scenario that measures ours and others one after the other in each run, with the same pictures, and sets them in relation.

import { besidePlot } from "../beside-figures.ts";
import { waitForQuiet } from "../quiet.ts";
import { disturbedCores } from "../run-scenario.ts";
import type { FigureSpec, Figures, Goal, Scenario, ScenarioOptions } from "../scenario.ts";
import { type LinkProperties, openSlowLink } from "../slow-link.ts";
import { type FootageSource, footageOf, frameRate } from "./footage.ts";
import { measureOneWay, measureUnpaced, type OneWayRequest } from "./one-way.ts";
import type { Peer, PeerMeasurement } from "./peer.ts";

/** A figure made of others. */
export interface Ratio {
  readonly name: string;
  readonly label: string;
  readonly goal?: Goal;
  /** @returns undefined when a figure is missing */
  readonly of: (figures: Figures) => number | undefined;
}

/** What differs from scenario to scenario. */
export interface Beside {
  readonly name: string;
  readonly description: string;
  /** Default 1280×720. */
  readonly size?: { readonly widthPx: number; readonly heightPx: number };
  /** What our programs are told, by the prefix of their figures; "" for none. */
  readonly ours: Readonly<Record<string, Pick<OneWayRequest, "bitrateBps" | "codec" | "settleS">>>;
  readonly peers: readonly Peer[];
  readonly ratios: readonly Ratio[];
  /** Everything as fast as it goes. */
  readonly unpaced?: boolean;
  readonly link?: LinkProperties;
}

/** How often one measurement is done again because of others. */
const mostRepeats = 2;
const defaultSize = { widthPx: 1280, heightPx: 720 } as const;

type MeasuredName = Exclude<keyof PeerMeasurement, "otherCores">;

const measured: Readonly<Record<MeasuredName, Omit<FigureSpec, "name">>> = {
  p50Ms: { label: "capture to picture, p50", unit: "ms", digits: 1 },
  p95Ms: { label: "capture to picture, p95", unit: "ms", digits: 1 },
  p99Ms: { label: "capture to picture, p99", unit: "ms", digits: 1 },
  fps: { label: "pictures", unit: "fps", digits: 1 },
  cpuMs: { label: "CPU a frame, all processes of both ends", unit: "ms", digits: 2 },
  bytesPerFrame: { label: "bytes a frame", unit: "", digits: 0 },
};

/** Makes a scenario of it. */
export function besideScenario(beside: Beside): Scenario {
  return {
    name: beside.name,
    description: beside.description,
    figures: [
      ...Object.entries(beside.ours).flatMap(([prefix, { codec }]) =>
        oursSpecs(beside, (name) => oursName(prefix, name), `ours, ${codec}`),
      ),
      { name: "sourceMs", label: "ours: the source's part of the CPU", unit: "ms", digits: 2 },
      ...beside.peers.flatMap(({ name, label }) =>
        measuredSpecs(beside, (figure) => `${name}.${figure}`, label).map((spec) => ({ ...spec, of: "peers" as const })),
      ),
      ...beside.ratios.map(({ name, label, goal }) => ({
        ...{ name, label, unit: "", digits: 2, of: "ratios" as const },
        ...(goal !== undefined && { goal }),
      })),
      { name: "othersCores", label: "cores used by others during one of these, at most", unit: "", digits: 2 },
    ],
    plot: besidePlot,
    measure: (options) => measure(beside, options),
  };
}

/** A figure by its name, or what is made of several. */
type Operand = string | Ratio["of"];

/** `dividend / divisor`. */
export function quotient(dividend: Operand, divisor: Operand): Ratio["of"] {
  return combine(dividend, divisor, (above, below) => above / below);
}

/** `minuend - subtrahend`. */
export function difference(minuend: Operand, subtrahend: Operand): Ratio["of"] {
  return combine(minuend, subtrahend, (whole, part) => whole - part);
}

function combine(first: Operand, second: Operand, calculate: (first: number, second: number) => number): Ratio["of"] {
  return (figures) => {
    const [one, other] = [first, second].map((operand) => (typeof operand === "string" ? figures[operand] : operand(figures)));
    return one === undefined || other === undefined ? undefined : calculate(one, other);
  };
}

async function measure(beside: Beside, options: ScenarioOptions): Promise<Figures> {
  const { size, link } = beside;
  const source: FootageSource = options.clip === undefined || size !== undefined ? (size ?? defaultSize) : { clip: options.clip };
  const footage = await footageOf(source);
  const figures: Record<string, number> = { sourceMs: footage.sourceMs };
  const othersCores: number[] = [];
  const run = async (nameOf: (figure: string) => string, measureOnce: () => Promise<PeerMeasurement>): Promise<void> => {
    const { otherCores, ...measurement } = await measureUndisturbed(measureOnce, options.patience);
    othersCores.push(otherCores);
    for (const [figure, value] of Object.entries(measurement)) figures[nameOf(figure)] = value;
  };
  const slow = link === undefined ? undefined : await openSlowLink(link);
  try {
    const { seconds } = options;
    const ends = slow?.ends;
    for (const [prefix, told] of Object.entries(beside.ours)) {
      const request = { ...told, footage, seconds, ends };
      await run(
        (figure) => oursName(prefix, figure),
        () => (beside.unpaced === true ? measureUnpaced(request) : measureOneWay(request)),
      );
    }
    for (const peer of beside.peers) {
      const missing = peer.missing();
      if (missing !== undefined) process.stderr.write(`${beside.name}: ${peer.label}: ${missing}\n`);
      else
        await run(
          (figure) => `${peer.name}.${figure}`,
          () => peer.measure({ footage, frameRate: beside.unpaced === true ? 0 : frameRate, seconds, ends }),
        );
    }
  } finally {
    await slow?.close();
  }
  for (const { name, of } of beside.ratios) {
    const value = of(figures);
    if (value !== undefined) figures[name] = value;
  }
  return { ...figures, othersCores: Math.max(...othersCores) };
}

/** A run has many measurements: each waits for a quiet machine, and is done again by itself when others disturbed it. */
async function measureUndisturbed(measureOnce: () => Promise<PeerMeasurement>, patience: number): Promise<PeerMeasurement> {
  for (let left = patience > 0 ? mostRepeats : 0; ; left--) {
    await waitForQuiet(patience * 1000);
    const measurement = await measureOnce();
    if (measurement.otherCores <= disturbedCores || left === 0) return measurement;
  }
}

function oursSpecs(beside: Beside, nameOf: (figure: string) => string, label: string): FigureSpec[] {
  const { link, size = defaultSize } = beside;
  return [
    ...measuredSpecs(beside, nameOf, label),
    {
      ...{ name: nameOf("widthPx"), label: `${label}: width of the pictures at the end`, unit: "px", digits: 0 },
      // Smaller pictures are sooner there, and more of them. On a slow link that is what is to happen.
      ...(link === undefined && { goal: { atLeast: size.widthPx } }),
    },
    { name: nameOf("mismatched"), label: `${label}: wrong barcodes`, unit: "", digits: 0, goal: { atMost: 0, of: "every" } },
  ];
}

/** Without a pace a picture's delay is only how many others wait before it. */
function measuredSpecs({ unpaced: isUnpaced }: Beside, nameOf: (figure: string) => string, label: string): FigureSpec[] {
  return Object.entries(measured)
    .filter(([figure]) => isUnpaced !== true || !/^p\d/.test(figure))
    .map(([figure, spec]) => ({ ...spec, name: nameOf(figure), label: `${label}: ${spec.label}` }));
}

function oursName(prefix: string, figure: string): string {
  return prefix === "" ? figure : `${prefix}.${figure}`;
}
