// What the status line costs: the same call with and without it, each in a terminal of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { readTree } from "../process-stat.ts";
import { packageFolder, Program } from "../program.ts";
import { BenchError, type Figures, type Scenario } from "../scenario.ts";

const settleMs = 4_000;

/** Starts a receiver in a terminal; what it prints there goes nowhere. */
function inTerminal(args: readonly string[]): ChildProcess {
  const program = [process.execPath, join(packageFolder("receiver"), "bin", "svc-receiver.js"), ...args];
  // util-linux's script gives its command a terminal.
  return spawn("script", ["--quiet", "--return", "--command", program.join(" "), "/dev/null"], {
    stdio: ["pipe", "ignore", "ignore"],
    env: { ...process.env, SVC_REMEMBER: "0", COLUMNS: "120", TERM: "xterm" },
  });
}

/** CPU time of the network process that descends from this one, ms. @throws BenchError when there is none */
function networkCpuMs(pid: number): number {
  const network = readTree(pid).find(({ command }) => command.includes("svc-receiver.js") && !command.includes("script "));
  if (network === undefined) throw new BenchError("program-ended", "the receiver in the terminal has ended");
  return network.cpuMs;
}

/** `pnpm bench status-line`. */
export const statusLine: Scenario = {
  name: "status-line",
  description:
    "two receivers of one sender, in terminals, 640x360, 30 fps, without windows: CPU of the network process with the status line less that of one with --quiet",
  defaults: { seconds: 30 },
  figures: [
    { name: "lineShare", label: "CPU of the status line", unit: "% of a core", digits: 2, goal: { atMost: 1 } },
    { name: "withShare", label: "… network process with it", unit: "% of a core", digits: 2 },
    { name: "withoutShare", label: "… network process without it", unit: "% of a core", digits: 2 },
  ],
  async measure({ seconds }): Promise<Figures> {
    const sender = new Program("sender", ["--source", "testcard", "--camera-size", "640x360", "--no-audio", "--listen", "127.0.0.1:0"]);
    const receivers: ChildProcess[] = [];
    try {
      let invited = sender.first("invite");
      for (const args of [[], ["--quiet"]]) {
        const { value } = await invited;
        // The next one is told before the receiver of this one is.
        invited = sender.next("invite");
        const joined = sender.next("joined");
        receivers.push(inTerminal([String(value["invite"]), "--no-window", "--no-audio", ...args]));
        await joined;
      }
      await sleep(settleMs);
      const cpuMs = (): number[] => receivers.map(({ pid }) => networkCpuMs(pid ?? 0));
      const before = cpuMs();
      await sleep(1_000 * seconds);
      const [withShare = 0, withoutShare = 0] = cpuMs().map((after, at) => (after - (before[at] ?? 0)) / (10 * seconds));
      return { lineShare: withShare - withoutShare, withShare, withoutShare };
    } finally {
      for (const receiver of receivers) receiver.kill("SIGTERM");
      await sender.stop();
    }
  },
};
