// Sessions that come and go, thousands of them: nothing is left of them.

import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { repositoryRoot } from "../../run/repository.ts";
import type { FaultFigures, FaultForm, FaultRow } from "../fault-row.ts";

const run = promisify(execFile);
const timeoutMs = 300_000;

type Holdings = Readonly<Record<"heapBytes" | "descriptors" | "timers" | "resources" | "sessions", number>>;

/** The row. */
export const churn: FaultRow = {
  name: "session-churn",
  fault: "10,000 × connect, authenticate, close",
  figures: [
    // In the short form code that is compiled meanwhile is a kilobyte for each of 500.
    { name: "leftKb", label: "memory left of each, both ends together", unit: "kB", atMost: 1, slack: 1 },
    { name: "descriptors", label: "descriptors left", unit: "", atMost: 0 },
    { name: "timers", label: "timers left", unit: "", atMost: 0 },
    { name: "resources", label: "sockets, listeners and timers left", unit: "", atMost: 0 },
    { name: "sessions", label: "sessions left", unit: "", atMost: 0 },
  ],
  run: measure,
};

async function measure(form: FaultForm): Promise<FaultFigures> {
  const count = form === "short" ? 500 : 10_000;
  const program = join(repositoryRoot, "tools/faults/session-churn.ts");
  const { stdout } = await run(process.execPath, ["--expose-gc", "--import", "tsx", program, String(count)], {
    cwd: repositoryRoot,
    timeout: timeoutMs,
  });
  const { before, after } = JSON.parse(stdout) as { readonly before: Holdings; readonly after: Holdings };
  const grown = (name: keyof Holdings): number => after[name] - before[name];
  return {
    leftKb: Math.max(0, grown("heapBytes")) / 1000 / count,
    descriptors: Math.abs(grown("descriptors")),
    timers: Math.abs(grown("timers")),
    resources: Math.abs(grown("resources")),
    sessions: grown("sessions"),
  };
}
