// Waits for a quiet machine before each run: what others compute at the same time is measured along with us.

import { setTimeout as sleep } from "node:timers/promises";

import { otherCores, readMachine } from "./cpu-use.ts";

/** Cores in use by others up to which a machine counts as quiet. */
const quietCores = 0.35;
const lookMs = 700;

/** Waits until others leave the machine alone, at most `patienceMs`. @returns cores they used when the waiting ended */
export async function waitForQuiet(patienceMs: number): Promise<number> {
  const giveUpMs = performance.now() + patienceMs;
  for (;;) {
    const before = readMachine();
    await sleep(lookMs);
    const cores = otherCores(before, readMachine(), 0);
    if (cores < quietCores || performance.now() > giveUpMs) return cores;
  }
}
