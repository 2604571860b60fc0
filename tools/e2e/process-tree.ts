// What runs and what listens on this computer, out of Linux' /proc: the processes that carry a mark in their environment, what they have
// mapped, which TCP ports are listened at.

import { existsSync, readdirSync, readFileSync } from "node:fs";

/** The environment variable that marks a program and everything it starts. */
export const markVariable = "SVC_E2E_MARK";

/** A living process. */
export interface LivingProcess {
  readonly pid: number;
  readonly parentPid: number;
  /** Its arguments, with blanks between them. */
  readonly command: string;
}

/** The living processes whose environment has this mark; those that wait to be reaped are not among them. */
export function markedProcesses(mark: string): LivingProcess[] {
  const needle = `\0${markVariable}=${mark}\0`;
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const environment = read(`/proc/${name}/environ`);
    if (environment === undefined || !`\0${environment}\0`.includes(needle)) return [];
    const status = read(`/proc/${name}/status`) ?? "";
    const command = (read(`/proc/${name}/cmdline`) ?? "").replaceAll("\0", " ").trim();
    return [{ pid: Number(name), parentPid: Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0), command }];
  });
}

/** The files that a process has mapped: its libraries and native add-ons among them. */
export function mappedFiles(pid: number): string[] {
  const lines = (read(`/proc/${pid}/maps`) ?? "").split("\n");
  return [...new Set(lines.map((line) => line.slice(line.indexOf("/"))).filter((path) => path.startsWith("/")))];
}

/** Whether anybody listens at this TCP port, on any address of this network namespace. */
export function isListening(port: number): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const listening = new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F:]+ 0A `, "m");
  return ["/proc/net/tcp", "/proc/net/tcp6"].some((path) => existsSync(path) && listening.test(readFileSync(path, "utf8")));
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // gone meanwhile, or not ours to read
  }
}
