// Two network namespaces with a cable (veth) between them: two computers, as far as the network can tell. Needs root.

import { spawnSync } from "node:child_process";

const prefix = "svc-e2e-";

/** Two namespaces that reach each other. */
export interface NamespacePair {
  readonly near: { readonly name: string; readonly address: string };
  readonly far: { readonly name: string; readonly address: string };
}

/** Why there can be no network namespaces here, or undefined when there can. */
export function whyNoNamespaces(): string | undefined {
  if (process.platform !== "linux") return "network namespaces are Linux' own";
  if (process.getuid?.() !== 0) return "only root makes network namespaces";
  const probe = `${prefix}${process.pid}-probe`;
  const made = ip("netns", "add", probe);
  ip("netns", "delete", probe);
  return made;
}

/** What to put before a command so that it runs in a namespace. `ip netns exec` would remount /sys, which a folder one chroots into does not allow. */
export function insideOf(namespace: string): readonly string[] {
  return ["nsenter", `--net=/run/netns/${namespace}`];
}

/** Gives `body` two namespaces; whatever becomes of it, they are gone afterwards. */
export async function withNamespaces(body: (pair: NamespacePair) => Promise<void>): Promise<void> {
  removeStale();
  const near = { name: `${prefix}${process.pid}-near`, address: "10.77.1.1" };
  const far = { name: `${prefix}${process.pid}-far`, address: "10.77.1.2" };
  // The cable goes with the namespaces.
  const remove = (): void => {
    for (const { name } of [near, far]) ip("netns", "delete", name);
  };
  process.once("exit", remove);
  try {
    for (const { name } of [near, far]) must("netns", "add", name);
    must("link", "add", "cable", "netns", near.name, "type", "veth", "peer", "name", "cable", "netns", far.name);
    for (const { name, address } of [near, far]) {
      mustInside(name, "address", "add", `${address}/24`, "dev", "cable");
      mustInside(name, "link", "set", "cable", "up");
      mustInside(name, "link", "set", "lo", "up");
    }
    await body({ near, far });
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/** Takes the cable out, or puts it back in, at the near end. */
export function setCable({ near }: NamespacePair, state: "up" | "down"): void {
  mustInside(near.name, "link", "set", "cable", state);
}

/** Namespaces of test runs that were killed before they could clean up. */
function removeStale(): void {
  const list = spawnSync("ip", ["netns", "list"], { encoding: "utf8" }).stdout;
  for (const [name, pid] of list.matchAll(/^svc-e2e-(\d+)-\w+/gm)) if (!isAlive(Number(pid))) ip("netns", "delete", name);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function must(...args: string[]): void {
  const problem = ip(...args);
  if (problem !== undefined) throw new Error(`ip ${args.join(" ")}: ${problem}`);
}

function mustInside(namespace: string, ...args: string[]): void {
  const problem = tell([...insideOf(namespace), "ip", ...args]);
  if (problem !== undefined) throw new Error(`ip ${args.join(" ")} in ${namespace}: ${problem}`);
}

/** @returns what went wrong, if anything */
function ip(...args: string[]): string | undefined {
  return tell(["ip", ...args]);
}

function tell([command = "", ...args]: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return undefined;
  return error?.message ?? (stderr.trim() || `exit code ${String(status)}`);
}
