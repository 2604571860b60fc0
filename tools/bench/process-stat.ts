// Reads what Linux says of processes in /proc: CPU time, memory, and which process belongs to which. Parsing is apart from
// reading, so that it is tested with frozen texts.

import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ: the unit of the times in /proc, the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** What /proc says of one process. */
export interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  /** CPU time of all its threads, user and system, of those that have ended too; ms. */
  readonly cpuMs: number;
}

/** A living process with what it uses. */
export interface ProcessUse extends ProcessStat {
  /** Its command line, arguments joined with spaces. */
  readonly command: string;
  /** Resident memory, bytes; memory shared between processes counts in each. */
  readonly rssBytes: number;
  /** Its proportional share, bytes: memory shared by n processes counts as an nth in each. */
  readonly pssBytes: number;
}

/**
 * Parses /proc/PID/stat.
 * The second field is the program's name in parentheses, which may itself contain spaces and parentheses. Source: proc(5).
 *
 * @throws RangeError when it is not such a line
 */
export function parseProcessStat(line: string): ProcessStat {
  const nameEnd = line.lastIndexOf(")");
  const pid = Number.parseInt(line, 10);
  // Fields are numbered from 1; the one after the name is the third.
  const fields = line.slice(nameEnd + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  const cpuMs = ((field(14) + field(15)) * 1000) / ticksPerSecond;
  const parentPid = field(4);
  if (nameEnd < 0 || !Number.isFinite(pid) || !Number.isFinite(cpuMs) || !Number.isFinite(parentPid))
    throw new RangeError("not a /proc/PID/stat line");
  return { pid, parentPid, cpuMs };
}

/** Parses VmRSS out of /proc/PID/status. @returns bytes; 0 for a process without memory of its own (one that is just ending) */
export function parseRssBytes(status: string): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? 0 : Number(kibibytes) * 1024;
}

/** Parses Pss out of /proc/PID/smaps_rollup. @returns bytes; 0 for a process without memory of its own */
export function parsePssBytes(rollup: string): number {
  const kibibytes = /^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1];
  return kibibytes === undefined ? 0 : Number(kibibytes) * 1024;
}

/**
 * Parses the first line of /proc/stat.
 *
 * @returns time all CPUs together were busy since the start, ms; time that a hypervisor gave to others counts as busy
 */
export function parseBusyMs(stat: string): number {
  const fields = (/^cpu\s+([\d ]+)$/m.exec(stat)?.[1] ?? "").split(" ").map(Number);
  // user nice system idle iowait irq softirq steal; guest times are contained in user and nice.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = fields;
  return ((user + nice + system + irq + softirq + steal) * 1000) / ticksPerSecond;
}

/** The processes that descend from `rootPid`, itself included, in the order of the list. */
export function treeOf<Process extends Pick<ProcessStat, "pid" | "parentPid">>(processes: readonly Process[], rootPid: number): Process[] {
  const parents = new Map(processes.map(({ pid, parentPid }) => [pid, parentPid]));
  const descends = (pid: number | undefined): boolean => pid !== undefined && (pid === rootPid || descends(parents.get(pid)));
  return processes.filter(({ pid }) => descends(pid));
}

/** What a process and everything it started use at this instant. */
export function readTree(rootPid: number): ProcessUse[] {
  const stats = readdirSync("/proc").flatMap((name) => {
    const line = /^\d+$/.test(name) ? readIfThere(`/proc/${name}/stat`) : undefined;
    return line === undefined ? [] : [parseProcessStat(line)];
  });
  return treeOf(stats, rootPid).map((stat) => ({
    ...stat,
    command: (readIfThere(`/proc/${stat.pid}/cmdline`) ?? "").replaceAll("\0", " ").trim(),
    rssBytes: parseRssBytes(readIfThere(`/proc/${stat.pid}/status`) ?? ""),
    pssBytes: parsePssBytes(readIfThere(`/proc/${stat.pid}/smaps_rollup`) ?? ""),
  }));
}

/** Time all CPUs of this machine together were busy since its start, ms. */
export function readBusyMs(): number {
  return parseBusyMs(readFileSync("/proc/stat", "utf8"));
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // the process has ended meanwhile
  }
}
