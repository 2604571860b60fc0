// The processor time of another process, as Linux tells it.

import { readFileSync } from "node:fs";

/** Linux counts processor time for programs in hundredths of a second (USER_HZ), whatever its kernel's clock. */
const msPerTick = 10;

/** User and system time of a process and all its threads since its start, ms; undefined where /proc does not tell, or it is gone. */
export function cpuTimeMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses, and may hold anything: fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * msPerTick;
  } catch {
    return undefined;
  }
}
