import assert from "node:assert/strict";
import { micros } from "@simple-video-chat/protocol";
import { randomNumbers } from "@simple-video-chat/protocol/testing";
import { suite } from "uvu";

import { DriftControl } from "../../src/audio/drift-control.ts";
import { JitterBuffer } from "../../src/audio/jitter-buffer.ts";
import { type Arrival, packetOf, packetUs } from "./arrivals.ts";
import { playAll, playedPackets } from "./playout.ts";

const test = suite("DriftControl");

/** Packets of a sound card whose clock runs this much faster than the time, each up to 6 ms on its way. */
function arrivalsOfCard(ppm: number, seconds: number): readonly Arrival[] {
  const random = randomNumbers(7);
  const periodUs = packetUs / (1 + ppm * 1e-6);
  return Array.from({ length: Math.round((seconds * 1e6) / periodUs) }, (_, number) => {
    const atUs = Math.round(number * periodUs);
    return { packet: packetOf(number, { atUs }), arrivedUs: micros(atUs + 1_000 + Math.round(random() * 5_000)) };
  });
}

for (const { senderPpm, devicePpm } of [
  { senderPpm: 100, devicePpm: -100 },
  { senderPpm: -200, devicePpm: 0 },
  { senderPpm: 150, devicePpm: -250 },
]) {
  test(`keeps the delay for an hour with a card of ${senderPpm} ppm played on one of ${devicePpm} ppm`, () => {
    const [buffer, drift] = [new JitterBuffer(), new DriftControl()];
    const steps = playedPackets(playAll(arrivalsOfCard(senderPpm, 3_600), buffer, { drift, devicePpm }));
    const settled = steps.slice(3_000);
    const delays = settled.map(({ delayUs }) => delayUs).toSorted((a, b) => a - b);
    const spread = (delays.at(-1) ?? 0) - (delays[0] ?? 0);
    assert.ok(spread <= 20_000, `${spread} µs`);
    assert.ok(settled.every(({ pulled }) => pulled.continuous && pulled.stretch === "none"));
    assert.equal(buffer.counts.dropped, 0);
    assert.ok(Math.abs(drift.drift - (senderPpm - devicePpm) * 1e-6) < 50e-6, `${drift.drift}`);
  });
}

test("without it the delay would run away", () => {
  const buffer = new JitterBuffer();
  const steps = playedPackets(playAll(arrivalsOfCard(200, 600), buffer));
  assert.ok(steps.some(({ pulled }) => pulled.stretch === "faster"));
});

test("never goes beyond 500 ppm", () => {
  const drift = new DriftControl();
  for (let second = 0; second < 1_000; second++) {
    const speed = drift.update(second < 500 ? 20_000 : -20_000, micros(second * 1_000_000));
    assert.ok(Math.abs(speed - 1) <= 500.01e-6);
  }
});

test("learns nothing about the clocks from a stall", () => {
  const drift = new DriftControl();
  for (let at = 0; at < 500; at++) drift.update(400_000, micros(at * 20_000));
  assert.equal(drift.drift, 0);
});

test.run();
