// The loop of coverage-guided fuzzing: change an input that is known, run it, keep it when code ran that had not run before. V8's counters
// cost milliseconds to read, so inputs run in batches, and of a batch with news each half is run again, down to the inputs that have them.

import type { Coverage } from "./coverage.ts";
import { type Draw, mutate } from "./mutate.ts";
import type { FuzzTarget } from "./targets.ts";

const batchInputs = 512;

/** An input that the target did not survive. */
export interface Crash {
  readonly input: Uint8Array;
  readonly error: Error;
}

/** What a run of the fuzzer came to. */
export interface FuzzResult {
  readonly executions: number;
  /** Blocks of code that ran. */
  readonly blocks: number;
  /** Inputs that were found to reach new code. */
  readonly found: readonly Uint8Array[];
  readonly crashes: readonly Crash[];
}

/** How to fuzz. */
export interface FuzzOptions {
  readonly target: FuzzTarget;
  readonly coverage: Coverage;
  /** Inputs that are known. */
  readonly corpus: readonly Uint8Array[];
  readonly draw: Draw;
  /** Whether to go on; asked between batches. */
  goOn(executions: number, crashes: number): boolean;
  /** Called before each execution, with its input: what is there when it hangs. */
  onInput?(input: Uint8Array): void;
}

/** Fuzzes one target. Of crashes with the same first line of stack only one is kept. */
export function fuzz({ target, coverage, corpus, draw, goOn, onInput }: FuzzOptions): FuzzResult {
  const known: Uint8Array[] = [];
  const found: Uint8Array[] = [];
  const crashes = new Map<string, Crash>();
  let executions = 0;
  const execute = (input: Uint8Array): void => {
    executions++;
    onInput?.(input);
    try {
      // A copy: a target that writes to its input must not spoil the corpus.
      target.run(Uint8Array.from(input));
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const place = /\n\s+at .*/.exec(error.stack ?? "")?.[0] ?? error.message;
      if (!crashes.has(place)) crashes.set(place, { input, error });
    }
  };
  /** Runs inputs; gives those that reach new code, each time the first of those that reach the same. */
  const withNews = (inputs: readonly Uint8Array[]): readonly Uint8Array[] => {
    for (const input of inputs) execute(input);
    if (coverage.news(inputs.length === 1) === 0) return [];
    if (inputs.length === 1) return inputs;
    const middle = inputs.length >> 1;
    return [...withNews(inputs.slice(0, middle)), ...withNews(inputs.slice(middle))];
  };
  coverage.forget();
  for (const input of corpus) {
    execute(input);
    known.push(input);
  }
  coverage.news(true);
  if (known.length === 0) known.push(new Uint8Array(0));
  const pick = (): Uint8Array => known[draw(known.length)] ?? new Uint8Array(0);
  while (goOn(executions, crashes.size)) {
    const batch = Array.from({ length: batchInputs }, () => mutate(pick(), pick(), draw, target.maxBytes));
    for (const input of withNews(batch)) {
      known.push(input);
      found.push(input);
    }
  }
  return { executions, blocks: coverage.size, found, crashes: [...crashes.values()] };
}
