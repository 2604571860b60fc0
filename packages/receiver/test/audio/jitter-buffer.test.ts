import assert from "node:assert/strict";
import { micros } from "@simple-video-chat/protocol";
import { randomNumbers } from "@simple-video-chat/protocol/testing";
import fc from "fast-check";
import { suite } from "uvu";

import { maxTargetUs, minTargetUs } from "../../src/audio/arrival-delay.ts";
import { JitterBuffer } from "../../src/audio/jitter-buffer.ts";
import { type Arrival, arrivalsWith, packetOf, packetUs, tcpArrivals } from "./arrivals.ts";
import { playAll, playedPackets, type PlayedStep } from "./playout.ts";

const test = suite("JitterBuffer");

function concealedShare({ counts }: JitterBuffer): number {
  return counts.concealedUs / (counts.concealedUs + counts.playedUs);
}

function afterS(steps: readonly PlayedStep[], seconds: number): readonly PlayedStep[] {
  return steps.filter(({ atUs }) => atUs > seconds * 1_000_000);
}

/** Any row of packets: some lost, some twice, some overtaken by others, some pauses, any delays. */
const anyArrivals = fc
  .array(
    fc.record({
      wayUs: fc.oneof(fc.integer({ min: 0, max: 30_000 }), fc.integer({ min: 0, max: 900_000 })),
      copies: fc.constantFrom(1, 1, 1, 1, 0, 2),
      pauseUs: fc.constantFrom(0, 0, 0, 0, 0, 400_000),
    }),
    { minLength: 1, maxLength: 150 },
  )
  .map((steps) => {
    let atUs = 0;
    return steps.flatMap(({ wayUs, copies, pauseUs }, number) => {
      atUs += packetUs + pauseUs;
      const arrival: Arrival = { packet: packetOf(number, { atUs }), arrivedUs: micros(atUs + wayUs) };
      return Array.from({ length: copies }, () => arrival);
    });
  });

test("accounts for every packet, whatever the network does", () => {
  fc.assert(
    fc.property(anyArrivals, (arrivals) => {
      const buffer = new JitterBuffer();
      playAll(arrivals, buffer);
      const { pushed, played, late, duplicate, dropped, held } = buffer.counts;
      assert.equal(pushed, arrivals.length);
      assert.equal(pushed, played + late + duplicate + dropped + held);
      assert.equal(held, 0);
    }),
  );
});

test("gives packets in order, each at most once, and none before it has come", () => {
  fc.assert(
    fc.property(anyArrivals, (arrivals) => {
      let last = -1;
      for (const { pulled, atUs, delayUs } of playedPackets(playAll(arrivals))) {
        assert.ok(pulled.packet.number > last);
        last = pulled.packet.number;
        assert.ok(arrivals.some(({ packet, arrivedUs }) => packet === pulled.packet && arrivedUs <= atUs));
        assert.ok(delayUs >= 0);
      }
    }),
  );
});

test("never holds more than the target and what may be caught up with", () => {
  fc.assert(
    fc.property(anyArrivals, (arrivals) => {
      const buffer = new JitterBuffer();
      const heldUs = (): number => buffer.counts.held * packetUs;
      for (const { packet, arrivedUs } of arrivals.toSorted((a, b) => a.arrivedUs - b.arrivedUs)) {
        buffer.push(packet, arrivedUs);
        if (buffer.pull(arrivedUs).kind === "packet") assert.ok(heldUs() <= buffer.targetUs + 100_000);
        assert.ok(buffer.targetUs >= minTargetUs && buffer.targetUs <= maxTargetUs);
      }
    }),
  );
});

test("plays a steady stream whole, 20 to 30 ms after it came", () => {
  const buffer = new JitterBuffer();
  const steps = playAll(
    arrivalsWith(1_000, (number) => 500 + (number % 3) * 400),
    buffer,
  );
  assert.equal(concealedShare(buffer), 0);
  assert.equal(buffer.counts.played, 1_000);
  assert.equal(buffer.targetUs, minTargetUs);
  for (const { delayUs } of playedPackets(afterS(steps, 2))) assert.ok(delayUs >= 15_000 && delayUs <= 30_000);
});

test("adapts to the jitter, and down again when it is gone", () => {
  const random = randomNumbers(1);
  const buffer = new JitterBuffer();
  const steps = playAll(
    arrivalsWith(4_000, (number) => (number < 1_500 ? random() * 120_000 : 1_000)),
    buffer,
  );
  const delays = (from: number, to: number): readonly number[] =>
    playedPackets(steps).flatMap(({ delayUs, pulled }) => (pulled.packet.number >= from && pulled.packet.number < to ? [delayUs] : []));
  assert.ok(Math.min(...delays(500, 1_500)) >= 50_000, `${Math.min(...delays(500, 1_500))}`);
  assert.ok(Math.max(...delays(500, 1_500)) <= 160_000, `${Math.max(...delays(500, 1_500))}`);
  // From 30 s after the last of the jitter on.
  assert.ok(Math.max(...delays(3_000, 4_000)) <= 30_000, `${Math.max(...delays(3_000, 4_000))}`);
  assert.ok(concealedShare(buffer) < 0.01);
});

for (const { loss, allowed } of [
  { loss: 0.01, allowed: 0.02 },
  { loss: 0.03, allowed: 0.06 },
]) {
  test(`conceals at most ${allowed * 100} % at ${loss * 100} % of loss under TCP, 50 ms of round trip`, () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const buffer = new JitterBuffer();
      playAll(tcpArrivals(6_000, { loss, rttUs: 50_000, seed }), buffer);
      assert.ok(concealedShare(buffer) <= allowed, `${concealedShare(buffer)}`);
      assert.ok(concealedShare(buffer) > 0);
      assert.ok(buffer.counts.dropped <= 6_000 * allowed);
    }
  });
}

test("comes down after a stall at once, then to the target, and conceals no longer than it lasted", () => {
  const buffer = new JitterBuffer();
  const steps = playAll(
    arrivalsWith(2_000, (number) => (number === 1_000 ? 600_000 : 1_000)),
    buffer,
  );
  const first = playedPackets(afterS(steps, 20.5))[0];
  assert.ok(first !== undefined && !first.pulled.continuous);
  // Of the 600 ms, half is left out; the rest is played a little faster.
  assert.ok(first.delayUs <= maxTargetUs + 100_000, `${first.delayUs}`);
  const last = Math.max(...playedPackets(afterS(steps, 38)).map(({ delayUs }) => delayUs));
  assert.ok(last <= 30_000, `${last}`);
  const { concealedUs, dropped } = buffer.counts;
  assert.ok(concealedUs >= 550_000 && concealedUs <= 600_000, `${concealedUs}`);
  assert.ok(dropped >= 10 && dropped <= 30, `${dropped}`);
});

test("plays on behind a path that has become longer, without dropping what comes", () => {
  const buffer = new JitterBuffer();
  playAll(
    arrivalsWith(2_000, (number) => (number < 1_000 ? 1_000 : 301_000)),
    buffer,
  );
  assert.ok(buffer.counts.dropped <= 15);
  assert.ok(buffer.counts.concealedUs <= 320_000);
});

test("reports a lost packet with the next one's data, which may hold a copy", () => {
  // With this jitter the delay is long enough for the next one to be there.
  const arrivals = arrivalsWith(100, (number) => (number % 4 === 0 ? 60_000 : 0)).filter(({ packet }) => packet.number !== 50);
  const buffer = new JitterBuffer();
  const pulled = playAll(arrivals, buffer).map((step) => step.pulled);
  const at = pulled.findIndex((step) => step.kind === "packet" && step.packet.number === 49) + 1;
  const next = arrivals.find(({ packet }) => packet.number === 51)?.packet;
  assert.deepEqual(pulled[at], { kind: "lost", durationUs: packetUs, recoverFrom: next?.data });
  assert.deepEqual(pulled[at + 1], { kind: "packet", packet: next, continuous: false, stretch: "none" });
  assert.ok(buffer.counts.concealedUs >= packetUs);
});

test("takes a pause that the sender left out for silence, not for a loss", () => {
  for (const bytes of [1, 80]) {
    // With DTX the last packet says so (1 byte); a sender that was muted just stops.
    const before = arrivalsWith(50, () => 1_000).map(({ packet, arrivedUs }) => ({
      packet: packetOf(packet.number, packet.number === 49 ? { bytes } : {}),
      arrivedUs,
    }));
    const after = arrivalsWith(50, () => 1_000).map(({ packet, arrivedUs }) => ({
      packet: packetOf(50 + packet.number, { atUs: (50 + packet.number) * packetUs + 3_000_000 }),
      arrivedUs: micros(arrivedUs + 50 * packetUs + 3_000_000),
    }));
    const buffer = new JitterBuffer();
    const steps = playAll([...before, ...after], buffer);
    assert.equal(buffer.counts.played, 100);
    assert.equal(buffer.counts.concealedUs, 0);
    const concealed = steps.filter(({ pulled, atUs }) => pulled.kind === "lost" && atUs < 3_000_000).length;
    assert.equal(concealed, bytes === 1 ? 0 : 10);
  }
});

test("counts what comes after its turn as late, and what comes twice as duplicate", () => {
  const buffer = new JitterBuffer();
  for (const number of [0, 1, 1, 2]) buffer.push(packetOf(number), micros(number * packetUs));
  for (const atUs of [60_000, 80_000]) assert.equal(buffer.pull(micros(atUs)).kind, "packet");
  buffer.push(packetOf(0), micros(90_000));
  const { late, duplicate, held } = buffer.counts;
  assert.deepEqual({ late, duplicate, held }, { late: 1, duplicate: 1, held: 1 });
});

test("keeps a bounded number of packets when nobody asks for them", () => {
  const buffer = new JitterBuffer();
  for (const { packet, arrivedUs } of arrivalsWith(10_000, () => 0)) buffer.push(packet, arrivedUs);
  assert.equal(buffer.counts.held, 100);
  assert.equal(buffer.counts.dropped, 9_900);
});

test.run();
