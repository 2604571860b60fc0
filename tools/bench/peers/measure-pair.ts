// Runs a peer's sender and receiver, and measures them from the thirty-first picture on.

import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { otherCores, readMachine } from "../cpu-use.ts";
import type { ProcessUse } from "../process-stat.ts";
import { BenchError } from "../scenario.ts";
import type { LinkEnd } from "../slow-link.ts";
import type { PeerMeasurement, PeerRequest } from "./peer.ts";
import { freePort, PeerProcess } from "./peer-process.ts";
import { PictureLog, summarizeArrivals } from "./picture-log.ts";

/** Pictures until encoders, caches and pipes have settled: they do not count. */
export const warmUpPictures = 30;
const firstPicturesMs = 60_000;

/** Where the side that listens is. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A sender and a receiver, by their command lines. The receiver's stdout has camera.py's lines. */
export interface Pair {
  readonly listens: "receiver" | "sender";
  /** undefined: the receiver's command does it all, without a network. */
  readonly sender?: (address: Address) => readonly string[];
  readonly receiver: (address: Address) => readonly string[];
  /** Whether a process only brings or takes pictures: its CPU does not count. */
  readonly isHarness?: (command: string) => boolean;
}

/** Runs and measures a pair. @throws BenchError */
export async function measurePair(pair: Pair, { seconds, ends }: PeerRequest): Promise<PeerMeasurement> {
  const [near, far] = ends ?? [];
  const listening = pair.listens === "receiver" ? far : near;
  const address: Address = { host: listening?.address ?? "127.0.0.1", port: await freePort() };
  const log = new PictureLog();
  const running: PeerProcess[] = [];
  const start = (command: readonly string[], end: LinkEnd | undefined): PeerProcess => {
    const started = new PeerProcess(command, end, (line) => log.add(line));
    running.push(started);
    return started;
  };
  const startReceiver = (): PeerProcess => start(pair.receiver(address), far);
  const { sender } = pair;
  try {
    if (sender === undefined) startReceiver();
    else if (pair.listens === "receiver") {
      await startReceiver().listening(address.port);
      start(sender(address), near);
    } else {
      await start(sender(address), near).listening(address.port);
      startReceiver();
    }
    const isMeasured = ({ command }: ProcessUse): boolean => pair.isHarness?.(command) !== true;
    return await measureWindow(log, {
      seconds,
      use: () => running.flatMap((program) => program.use()),
      isMeasured,
      bytes: () => (sender === undefined ? Promise.resolve(undefined) : bytesThrough(address.port, listening)),
      check: () => {
        for (const program of running) program.checkAlive();
      },
    });
  } finally {
    await Promise.all(running.map((program) => program.stop()));
  }
}

/** What is looked at while pictures come. */
export interface Watched {
  readonly seconds: number;
  /** All processes, harness included. */
  readonly use: () => ProcessUse[];
  readonly isMeasured: (process: ProcessUse) => boolean;
  /** Bytes on the wire so far; undefined when it cannot be known. */
  readonly bytes: () => Promise<number | undefined>;
  /** @throws BenchError when something has ended */
  readonly check: () => void;
}

/** Lets the first pictures pass, and measures what comes in the next `seconds`. @throws BenchError */
export async function measureWindow(log: PictureLog, watched: Watched): Promise<PeerMeasurement> {
  if (!(await log.reaches(warmUpPictures, firstPicturesMs, watched.check)))
    throw new BenchError("program-silent", `Only ${log.count} pictures came in ${firstPicturesMs / 1000} s.`);
  const before = { machine: readMachine(), use: watched.use(), bytes: await watched.bytes(), position: log.position, count: log.count };
  await sleep(watched.seconds * 1000);
  watched.check();
  const after = { machine: readMachine(), use: watched.use(), bytes: await watched.bytes() };
  const came = log.count - before.count;
  const arrivals = log.since(before.position);
  if (arrivals.length < came / 2 || arrivals.length < 2)
    throw new BenchError("program-silent", `Of ${came} pictures ${arrivals.length} could be read.`);
  const cpuMs = (of: (process: ProcessUse) => boolean): number => sumCpu(after.use.filter(of)) - sumCpu(before.use.filter(of));
  return {
    ...summarizeArrivals(arrivals),
    cpuMs: cpuMs(watched.isMeasured) / came,
    ...(before.bytes !== undefined && after.bytes !== undefined && { bytesPerFrame: (after.bytes - before.bytes) / came }),
    otherCores: otherCores(
      before.machine,
      after.machine,
      cpuMs(() => true),
    ),
  };
}

function sumCpu(processes: readonly ProcessUse[]): number {
  return processes.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
}

/** Bytes that went over the connections of this port, as the kernel counts them. @returns undefined without `ss` (iproute2) */
async function bytesThrough(port: number, end: LinkEnd | undefined): Promise<number | undefined> {
  const command = ["ss", "-tinH", "state", "established", `( sport = :${port} )`];
  const [program = "", ...args] = end === undefined ? command : ["nsenter", `--net=/run/netns/${end.namespace}`, ...command];
  const { stdout } = await promisify(execFile)(program, args).catch(() => ({ stdout: "" }));
  return parseSocketBytes(stdout);
}

/** The bytes in `ss -i`'s output, of the busier direction. */
export function parseSocketBytes(text: string): number | undefined {
  const counts = [...text.matchAll(/\bbytes_(?:sent|received):(\d+)/g)].map((match) => Number(match[1]));
  return counts.length === 0 ? undefined : Math.max(...counts);
}
