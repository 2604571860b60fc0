import assert from "node:assert/strict";
import { nowUs } from "@simple-video-chat/protocol";
import { suite } from "uvu";

import { FrameRateLimit } from "../../src/capture/frame-rate-limit.ts";
import { Pacer } from "../../src/capture/pacer.ts";

const test = suite("pace");

test("keeps a file's pace: no picture early, and not much late", async () => {
  const pacer = new Pacer();
  const startUs = nowUs();
  const times: number[] = [];
  for (let frame = 0; frame < 15; frame++) times.push(await pacer.wait(5_000_000 + frame * 40_000));
  times.forEach((atUs, frame) => assert.ok(atUs - startUs >= frame * 40_000 - 2_000, `picture ${frame} is early`));
  const tookUs = (times.at(-1) ?? 0) - startUs;
  assert.ok(tookUs < 14 * 40_000 + 400_000, `${tookUs} us`);
  assert.ok(times.every((atUs, index) => index === 0 || atUs > (times[index - 1] ?? 0)));
});

test("does not hurry through pictures that are too old, but begins a new timeline", async () => {
  const pacer = new Pacer();
  await pacer.wait(0);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const startUs = nowUs();
  await pacer.wait(20_000);
  const secondUs = await pacer.wait(120_000);
  assert.ok(secondUs - startUs >= 95_000, `${secondUs - startUs} us`);
});

test("begins a new timeline after a restart, and for timestamps that cannot be", async () => {
  const pacer = new Pacer();
  await pacer.wait(60_000_000);
  pacer.restart();
  const startUs = nowUs();
  await pacer.wait(0);
  for (const timestampUs of [3_600_000_000, -5_000_000, Number.NaN, 1e300, -Infinity, 40_000]) await pacer.wait(timestampUs);
  assert.ok(nowUs() - startUs < 500_000);
});

test("lets half of the time to the next picture pass before it is read, unless reading takes long", async () => {
  const pacer = new Pacer();
  const periodUs = 1_000_000;
  const startUs = nowUs();
  await pacer.rest(0, periodUs);
  const givenUs = await pacer.wait(0);
  await pacer.rest(300_000, periodUs);
  assert.ok(nowUs() - startUs < 400_000, "rests before the first picture, or although reading is slow");
  await pacer.rest(10_000, periodUs);
  // Timers may end a millisecond early.
  assert.ok(nowUs() - givenUs >= 498_000);
});

test("lets go of whoever waits when it is closed", async () => {
  const pacer = new Pacer();
  await pacer.wait(0);
  const startUs = nowUs();
  setTimeout(() => pacer.close(), 50);
  await pacer.wait(9_000_000);
  await pacer.wait(9_500_000);
  assert.ok(nowUs() - startUs < 1_000_000);
});

test("leaves out what comes faster than the limit, and nothing of what comes slower, with a camera's jitter", () => {
  const taken = (sourceHz: number, limitHz: number): number => {
    const limit = new FrameRateLimit(limitHz);
    let count = 0;
    for (let frame = 0; frame < sourceHz * 10; frame++) {
      const jitterUs = ((frame * 7919) % 5) * 700;
      if (!limit.isTooSoon(1e9 + (frame * 1e6) / sourceHz + jitterUs)) count++;
    }
    return count;
  };
  for (const [sourceHz, limitHz] of [
    [60, 30],
    [120, 30],
    [60, 25],
    [50, 30],
    [240, 60],
    [30, 1],
  ] as const) {
    const count = taken(sourceHz, limitHz);
    assert.ok(count <= limitHz * 10 + 2 && count >= 0.9 * limitHz * 10, `${sourceHz} → ${limitHz}: ${count} in 10 s`);
  }
  for (const [sourceHz, limitHz] of [
    [30, 30],
    [25, 30],
    [60, 60],
    [15, 30],
  ] as const)
    assert.equal(taken(sourceHz, limitHz), sourceHz * 10);
});

test.run();
