// Loaded into a program by NODE_OPTIONS: measures for how long its event loop stands still, and writes the 99th percentile, ms, into the
// file that SVC_LOOP_DELAY_FILE names when the program ends. In the engines that it starts it does nothing.

import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const file = process.env["SVC_LOOP_DELAY_FILE"];
if (file !== undefined && /svc-\w+\.js$/.test(process.argv[1] ?? "")) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  process.once("exit", () => writeFileSync(file, String(delay.percentile(99) / 1e6)));
}
