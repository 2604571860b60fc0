// The kept inputs of the fuzzers, those that once crashed a parser among them, run against every parser; and the fuzzer itself is shown to find
// what it is for.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { randomNumbers } from "@simple-video-chat/protocol/testing";

import { readCorpus, writeInput } from "../../fuzz/corpus.ts";
import { Coverage } from "../../fuzz/coverage.ts";
import { fuzz, type FuzzResult } from "../../fuzz/fuzzer.ts";
import { mutate } from "../../fuzz/mutate.ts";
import { type FuzzTarget, loadTargets } from "../../fuzz/targets.ts";

const targets = await loadTargets();
const mutantsOfEach = 2_000;

function drawWith(seed: number): (below: number) => number {
  const random = randomNumbers(seed);
  return (below) => Math.floor(random() * below);
}

for (const target of targets) {
  test(`${target.name}: survives its corpus, and ${mutantsOfEach} mutants of it`, () => {
    const corpus = readCorpus(target.name);
    assert.ok(corpus.length >= 2, "its corpus is empty");
    for (const input of corpus) target.run(Uint8Array.from(input));
    const draw = drawWith(1);
    const pick = (): Uint8Array => corpus[draw(corpus.length)] ?? new Uint8Array(0);
    for (let mutant = 0; mutant < mutantsOfEach; mutant++) target.run(mutate(pick(), pick(), draw, target.maxBytes));
  });
}

/** Nested conditions that chance alone does not fulfil within a run; this file's own code is what is covered. */
function planted(bytes: Uint8Array): void {
  if (bytes[0] === 0x53) {
    if (bytes[1] === 0x56) {
      if (bytes[2] === 0x43) {
        if (bytes[3] === 0x31) throw new RangeError("found");
      }
    }
  }
}

function hunt(target: FuzzTarget, isOurs: (url: string) => boolean, most: number): FuzzResult {
  const coverage = new Coverage(isOurs);
  coverage.start();
  try {
    return fuzz({
      target,
      coverage,
      corpus: [Buffer.alloc(4)],
      draw: drawWith(7),
      goOn: (executions, crashes) => crashes === 0 && executions < most,
    });
  } finally {
    coverage.stop();
  }
}

test("finds a defect behind four bytes by what they cover, which chance does not", () => {
  const target: FuzzTarget = { name: "planted", maxBytes: 4, run: planted };
  const guided = hunt(target, (url) => url.includes("fuzz.test"), 500_000);
  assert.is(guided.crashes.length, 1);
  assert.is(guided.crashes[0]?.error.message, "found");
  assert.equal(guided.crashes[0]?.input, Buffer.from("SVC1"));
  assert.ok(guided.found.length >= 3);
  const blind = hunt(target, () => false, 50_000);
  assert.is(blind.crashes.length, 0);
});

test("keeps and reads inputs by what is in them", () => {
  const folder = mkdtempSync(join(tmpdir(), "svc-corpus-"));
  try {
    const path = writeInput("wire", Buffer.from("a"), "crash-", folder);
    writeInput("wire", Buffer.from("a"), "crash-", folder);
    assert.match(path, /crash-[0-9a-f]{12}\.bin$/);
    assert.equal(readCorpus("wire", folder), [Buffer.from("a")]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
