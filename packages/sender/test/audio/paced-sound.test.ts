import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { nowUs } from "@simple-video-chat/protocol";
import { blockUs, sampleRateHz } from "@simple-video-chat/protocol/sound";
import { suite } from "uvu";
import { PacedSound } from "../../src/audio/paced-sound.ts";
import { openTestTone } from "../../src/audio/test-tone.ts";

const test = suite("paced sound");

test("gives block after block when its last sample is due, from the start that it was given", async () => {
  const startUs = nowUs();
  const instants: number[] = [];
  const sound = new PacedSound((_, captureUs) => {
    assert.ok(captureUs + blockUs <= nowUs());
    instants.push(captureUs);
  }, startUs);
  while (instants.length < 30) await sleep(5);
  sound.close();
  const count = instants.length;
  await sleep(50);
  assert.equal(instants.length, count);
  // A computer that was busy for long may begin anew; the first ones follow each other.
  assert.deepEqual(
    instants.slice(0, 5),
    [0, 1, 2, 3, 4].map((at) => startUs + at * blockUs),
  );
});

test("leaves out what a computer slept through", async () => {
  const instants: number[] = [];
  const sound = new PacedSound((_, captureUs) => void instants.push(captureUs), nowUs() - 60_000_000);
  while (instants.length === 0) await sleep(5);
  sound.close();
  assert.ok(nowUs() - (instants[0] ?? 0) < 1_000_000);
});

test("beeps in the first tenth of each second of the clock, exactly", async () => {
  const wrong: number[] = [];
  let heard = 0;
  const tone = openTestTone({
    onBlock: (block, captureUs) => {
      block.forEach((sample, at) => {
        const timeUs = captureUs + (at / sampleRateHz) * 1_000_000;
        const isBeep = timeUs % 1_000_000 < 100_000;
        if (isBeep && Math.abs(sample) > 0.1) heard++;
        if (!isBeep && sample !== 0) wrong.push(timeUs);
      });
    },
  });
  while (heard < 2_000) await sleep(20);
  tone.close();
  assert.deepEqual(wrong, []);
});

test.run();
