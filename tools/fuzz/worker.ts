// Fuzzes one target in a thread of its own, so that the main thread notices when it hangs and still has the input.

import { parentPort, workerData } from "node:worker_threads";

import { randomNumbers } from "@simple-video-chat/protocol/testing";

import { readCorpus } from "./corpus.ts";
import { Coverage } from "./coverage.ts";
import { fuzz } from "./fuzzer.ts";
import { loadTargets } from "./targets.ts";

/** What the main thread gives. */
export interface FuzzOrder {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  /** [executions, bytes of the present input], and behind them the input. */
  readonly shared: SharedArrayBuffer;
}

const { target: name, seconds, seed, shared } = workerData as FuzzOrder;
const target = (await loadTargets()).find((each) => each.name === name);
if (target === undefined) throw new Error(`there is no target ${name}`);
const counters = new Int32Array(shared, 0, 2);
const present = new Uint8Array(shared, counters.byteLength);
const coverage = new Coverage((url) => /packages\/(protocol|receiver)\/dist\//.test(url));
coverage.start();
const random = randomNumbers(seed);
const endMs = performance.now() + seconds * 1_000;
const result = fuzz({
  target,
  coverage,
  corpus: readCorpus(name),
  draw: (below) => Math.floor(random() * below),
  goOn: () => performance.now() < endMs,
  onInput: (input) => {
    present.set(input.subarray(0, present.length));
    counters[1] = Math.min(input.length, present.length);
    Atomics.add(counters, 0, 1);
  },
});
coverage.stop();
parentPort?.postMessage({
  ...result,
  crashes: result.crashes.map(({ input, error }) => ({ input, stack: error.stack ?? error.message })),
});
