// What a figure was measured on: without it a figure means nothing.

import { cpus, release, totalmem, type as systemType } from "node:os";

/** A computer, as far as its figures depend on it. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
}

/** This computer. */
export function thisMachine(): Machine {
  const list = cpus();
  return {
    cpu: (list[0]?.model ?? "unknown").trim().replace(/\s+/g, " "),
    cores: list.length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${systemType()} ${release()}`,
    node: process.version,
  };
}

/** "Intel Xeon, 2 cores, 8 GiB, Linux 6.1, Node v20.20.2". */
export function formatMachine({ cpu, cores, memoryGib, system, node }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGib} GiB, ${system}, Node ${node}`;
}
