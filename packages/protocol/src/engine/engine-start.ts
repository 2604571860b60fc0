// Entry point "@simple-video-chat/protocol/engine-start": starts an engine's process, or starts it early: while the program itself is still
// being loaded, which takes as long as the engine takes. So this file and what it imports stay few and small.

import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";

import { type Confinement, confinedCommand, networkOfDisplay } from "./confinement.ts";

export { type Confinement, networkOfDisplay };

/** How long an engine that was started early waits to be wanted, ms: longer than a program takes to be loaded on a slow computer. */
const earlyLifeMs = 10_000;

/**
 * An engine's pictures live in the native libraries, its own objects are small and die young: V8 need not keep 16 MiB for them (Node's
 * choice), nor glibc one heap for each thread, where freed pictures stay. Together 25 MB less for the capture engine, at no measurable time.
 */
const leanHeap = ["--max-semi-space-size=1"];
const leanMalloc = { MALLOC_ARENA_MAX: "1" };

/** What process an engine is. */
export interface EngineStart {
  /** The engine's entry file. */
  readonly entry: URL;
  /** What it may use of this computer. */
  readonly confinement: Confinement;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

interface EarlyEngine {
  readonly key: string;
  readonly child: ChildProcess;
  readonly timer: NodeJS.Timeout;
}

/** By the engine's entry. */
const early = new Map<string, EarlyEngine>();

/** Starts an engine, or gives the one that was started early as exactly this. Its stdio[2] is what it writes to stderr, stdio[3] its pipe. */
export function startEngine(start: EngineStart): ChildProcess {
  const { href } = start.entry;
  const waiting = early.get(href);
  if (waiting === undefined) return spawnEngine(start);
  early.delete(href);
  clearTimeout(waiting.timer);
  const { child } = waiting;
  const isAlive = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (!isAlive || waiting.key !== keyOf(start)) {
    endUnwanted(child);
    return spawnEngine(start);
  }
  child.ref();
  for (const socket of socketsOf(child)) socket.ref();
  return child;
}

/**
 * Starts an engine before it is known for sure that it is wanted: {@link startEngine} gives it out, once. It does not keep this process running, ends with it,
 * and ends when nobody wants it within `lifeMs`.
 */
export function startEngineEarly(start: EngineStart, lifeMs: number = earlyLifeMs): void {
  const child = spawnEngine(start);
  // One that does not start is started again when it is wanted, and is heard then.
  child.on("error", () => {});
  child.unref();
  for (const socket of socketsOf(child)) socket.unref();
  const timer = setTimeout(() => {
    early.delete(start.entry.href);
    endUnwanted(child);
  }, lifeMs);
  timer.unref();
  early.set(start.entry.href, { key: keyOf(start), child, timer });
}

function spawnEngine({ entry, confinement, env }: EngineStart): ChildProcess {
  const [program, ...args] = confinedCommand([process.execPath, ...leanHeap, fileURLToPath(entry)], confinement);
  return spawn(program, args, {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    // An engine gets no secret: an invite in the environment is for the network process.
    env: { ...leanMalloc, ...process.env, SVC_INVITE: undefined, ...env },
  });
}

function keyOf({ confinement: { dataMiB, files, network }, env }: EngineStart): string {
  return JSON.stringify([dataMiB, files, network, env]);
}

/** It ends when its pipe does; what it still writes is read by nobody. */
function endUnwanted(child: ChildProcess): void {
  for (const socket of socketsOf(child)) socket.destroy();
}

/** Node types a child's streams as one direction each; they are sockets. None at all: there were no descriptors left for them. */
function socketsOf({ stdio }: { readonly stdio?: ChildProcess["stdio"] }): readonly Socket[] {
  return (stdio ?? []).filter((stream) => stream !== null && stream !== undefined) as unknown as readonly Socket[];
}
