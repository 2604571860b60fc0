// CPU time of running programs between two instants, by the part that each process plays: network, capture, playback.

import { type ProcessUse, readBusyMs, readTree } from "./process-stat.ts";

/** What a process of a program does. */
export type ProcessRole = "network" | "capture" | "playback";

/** One value for each role. */
export type ByRole = Readonly<Record<ProcessRole, number>>;

/** What a program's processes have used up to an instant. */
export interface UseSnapshot {
  readonly cpuMs: ByRole;
  readonly rssBytes: ByRole;
  readonly pssBytes: ByRole;
}

/** The whole machine at an instant. */
export interface MachineSnapshot {
  readonly atMs: number;
  readonly busyMs: number;
}

/** Which part a process plays, by its command line. The engines are told by their folders; the rest is the program itself. */
export function roleOf(command: string): ProcessRole {
  if (command.includes("/sender/dist/engine/")) return "capture";
  if (command.includes("/receiver/dist/engine/")) return "playback";
  return "network";
}

/** Sums processes by role. */
export function sumByRole(processes: readonly ProcessUse[]): UseSnapshot {
  const sum = (value: (use: ProcessUse) => number): ByRole => {
    const of = (role: ProcessRole): number =>
      processes.filter(({ command }) => roleOf(command) === role).reduce((total, use) => total + value(use), 0);
    return { network: of("network"), capture: of("capture"), playback: of("playback") };
  };
  return { cpuMs: sum(({ cpuMs }) => cpuMs), rssBytes: sum(({ rssBytes }) => rssBytes), pssBytes: sum(({ pssBytes }) => pssBytes) };
}

/** What the program with this process id and everything it started have used so far. */
export function readUse(rootPid: number): UseSnapshot {
  return sumByRole(readTree(rootPid));
}

/** The machine now. */
export function readMachine(): MachineSnapshot {
  return { atMs: performance.now(), busyMs: readBusyMs() };
}

/** `after − before`, by role. */
export function difference(before: ByRole, after: ByRole): ByRole {
  return { network: after.network - before.network, capture: after.capture - before.capture, playback: after.playback - before.playback };
}

/** All roles together. */
export function total({ network, capture, playback }: ByRole): number {
  return network + capture + playback;
}

/** Begins to watch what others do. @returns ends that: cores that neither this program nor anything it started kept busy meanwhile */
export function watchOthers(): () => number {
  const before = readMachine();
  const ownMs = total(readUse(process.pid).cpuMs);
  return () => otherCores(before, readMachine(), total(readUse(process.pid).cpuMs) - ownMs);
}

/** How many cores others kept busy between two snapshots, when what was measured used `ownCpuMs` of CPU time. Never below 0. */
export function otherCores(before: MachineSnapshot, after: MachineSnapshot, ownCpuMs: number): number {
  return Math.max(0, (after.busyMs - before.busyMs - ownCpuMs) / (after.atMs - before.atMs));
}
