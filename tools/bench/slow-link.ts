// A slow link between two network namespaces of this computer, over the kernel's own TCP: tools/netlab/link.py, run as long as a
// measurement takes.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { repositoryRoot } from "../run/repository.ts";
import { BenchError } from "./scenario.ts";

const program = join(repositoryRoot, "tools/netlab/link.py");
const readyTimeoutMs = 10_000;

/** What a link is like, the same both ways. */
export interface LinkProperties {
  readonly rateBps: number;
  /** One way, ms. */
  readonly delayMs: number;
  /** Of the packets, per cent. */
  readonly lossPercent?: number;
}

/** A link that is up. */
export interface SlowLink {
  /** Its two ends: where programs are started, and what address they have. */
  readonly ends: readonly [LinkEnd, LinkEnd];
  /** Changes it: its rate or its loss, both ways; or whether anything passes at all, or only from its second end to the first ("down forth"). */
  set(change: { readonly rateBps: number } | { readonly lossPercent: number } | "down" | "down forth" | "down back" | "up"): void;
  /** Removes it. */
  close(): Promise<void>;
}

/** One end of a link. */
export interface LinkEnd {
  readonly namespace: string;
  readonly address: string;
}

/** Makes a link. @throws BenchError not-root when it may not */
export async function openSlowLink({ rateBps, delayMs, lossPercent = 0 }: LinkProperties): Promise<SlowLink> {
  if (process.getuid?.() !== 0)
    throw new BenchError("not-root", "Slow links need network namespaces and TUN devices: run this as root, on Linux.");
  const name = `svcbench${process.pid}`;
  const args = ["--name", name, "--network", "17", "--rate", String(rateBps), "--delay", String(delayMs), "--loss", String(lossPercent)];
  const child = spawn("python3", [program, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-2000);
  });
  const ready = await firstLine(child);
  if (ready === undefined) throw new BenchError("program-ended", `The slow link did not come up.\n${said}`);
  const { namespaces, addresses } = JSON.parse(ready) as { namespaces: [string, string]; addresses: [string, string] };
  return {
    ends: [
      { namespace: namespaces[0], address: addresses[0] },
      { namespace: namespaces[1], address: addresses[1] },
    ],
    set: (change) => void child.stdin.write(`${commandOf(change)}\n`),
    close: async () => {
      const gone = once(child, "close");
      child.stdin.end();
      await gone;
    },
  };
}

function commandOf(change: Parameters<SlowLink["set"]>[0]): string {
  if (typeof change === "string") return change;
  return "rateBps" in change ? `rate ${change.rateBps}` : `loss ${change.lossPercent}`;
}

function firstLine(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    const timeout = setTimeout(() => resolve(undefined), readyTimeoutMs);
    child.once("close", () => resolve(undefined));
    child.once("error", () => resolve(undefined));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).once("line", (line) => {
      clearTimeout(timeout);
      resolve(line);
    });
  });
}
