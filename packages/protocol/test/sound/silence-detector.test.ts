import assert from "node:assert/strict";
import { suite } from "uvu";

import { SilenceDetector } from "../../src/sound/silence-detector.ts";
import { randomNumbers } from "../../src/testing/random-numbers.ts";

const test = suite("SilenceDetector");

const random = randomNumbers(1);
const noise = (amplitude: number): Float32Array => Float32Array.from({ length: 480 }, () => amplitude * (2 * random() - 1));

/** Pushes blocks of 10 ms for so many seconds. */
function hear(detector: SilenceDetector, seconds: number, block: () => Float32Array): void {
  for (let at = 0; at < seconds * 100; at++) detector.push(block());
}

test("reports digital silence and what is as good as it, after 5 s", () => {
  for (const amplitude of [0, 0.0004]) {
    const detector = new SilenceDetector();
    hear(detector, 4.99, () => noise(amplitude));
    assert.equal(detector.isSilent, false);
    hear(detector, 0.02, () => noise(amplitude));
    assert.equal(detector.isSilent, true);
  }
});

test("takes the noise of a quiet room for a working microphone", () => {
  const detector = new SilenceDetector();
  hear(detector, 20, () => noise(0.001));
  assert.equal(detector.isSilent, false);
});

test("takes the report back with the first sound", () => {
  const detector = new SilenceDetector();
  hear(detector, 6, () => noise(0));
  hear(detector, 0.01, () => noise(0.1));
  assert.equal(detector.isSilent, false);
});

test.run();
