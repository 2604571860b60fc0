import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { SendWindow } from "../../src/flow/send-window.ts";
import { FakeScheduler } from "../../src/testing/fake-scheduler.ts";
import { SimulatedLink } from "../../src/testing/simulated-link.ts";
import { type Micros, micros } from "../../src/time/clock.ts";

const test = suite("SendWindow");

/** An ack of so many bytes; the receiver's clock is ours. */
function ackOf(bytes: number, atUs: number): { bytes: number; receivedUs: Micros } {
  return { bytes, receivedUs: micros(atUs) };
}

interface Run {
  readonly rateBps: number;
  readonly delayMs: number;
  readonly frameBytes: number;
  readonly seconds: number;
  readonly onSecond?: (second: number, link: SimulatedLink) => void;
}

/**
 * A sender at 30 Hz with frames of one size, larger than the link takes: an encoder that serves faster receivers too. Each frame is sent
 * at once or skipped. Latencies from sending to arriving, ms.
 */
function run({ rateBps, delayMs, frameBytes, seconds, onSecond }: Run): { atMs: number; latencyMs: number }[] {
  const scheduler = new FakeScheduler();
  const forth = new SimulatedLink({ scheduler, rateBps, delayMs });
  const back = new SimulatedLink({ scheduler, rateBps: 1e9, delayMs });
  const window = new SendWindow({ maxLatencyMs: 200 });
  // What a rate controller would have found.
  const aimBps = (): number => Math.min(frameBytes * 8 * 30, 0.95 * forth.rateBps);
  const arrivals: { atMs: number; latencyMs: number }[] = [];
  let received = 0;
  const startUs = scheduler.nowUs();
  for (let frame = 0; frame < seconds * 30; frame++) {
    if (frame % 30 === 0) onSecond?.(frame / 30, forth);
    if (window.room(aimBps(), scheduler.nowUs())) {
      const sentUs = scheduler.nowUs();
      window.onSent(frameBytes, aimBps(), sentUs);
      forth.send(frameBytes, () => {
        received += frameBytes;
        const ack = ackOf(received, scheduler.nowUs());
        arrivals.push({ atMs: (scheduler.nowUs() - startUs) / 1_000, latencyMs: (scheduler.nowUs() - sentUs) / 1_000 });
        back.send(28, () => window.onAck(ack, scheduler.nowUs()));
      });
    }
    scheduler.advance(1_000 / 30);
  }
  return arrivals;
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? NaN;
}

test("bounds the delay of 2.4 Mbit/s over 2 Mbit/s and 50 ms, for minutes, and still fills the link", () => {
  const arrivals = run({ rateBps: 2e6, delayMs: 50, frameBytes: 10_000, seconds: 120 });
  const settled = arrivals.filter(({ atMs }) => atMs > 3_000);
  const latencies = settled.map(({ latencyMs }) => latencyMs);
  assert.ok(percentile(latencies, 0.5) <= 150, `p50 ${percentile(latencies, 0.5)}`);
  assert.ok(percentile(latencies, 0.99) <= 190, `p99 ${percentile(latencies, 0.99)}`);
  const lastMinute = settled.filter(({ atMs }) => atMs > 60_000).map(({ latencyMs }) => latencyMs);
  const firstMinute = settled.filter(({ atMs }) => atMs <= 60_000).map(({ latencyMs }) => latencyMs);
  assert.ok(percentile(lastMinute, 0.5) <= percentile(firstMinute, 0.5) + 5, "it does not grow");
  const goodputBps = (settled.length * 10_000 * 8) / 117;
  assert.ok(goodputBps >= 0.85 * 2e6, `goodput ${goodputBps}`);
});

test("skips nothing on a link that carries everything", () => {
  assert.equal(run({ rateBps: 100e6, delayMs: 5, frameBytes: 10_000, seconds: 20 }).length, 600);
});

test("is within the budget again 1.5 s after a step from 20 to 1 Mbit/s, and back at full rate after the step up", () => {
  const arrivals = run({
    rateBps: 20e6,
    delayMs: 20,
    frameBytes: 8_000,
    seconds: 30,
    onSecond: (second, link) => {
      if (second === 10) link.rateBps = 1e6;
      if (second === 20) link.rateBps = 20e6;
    },
  });
  const slow = arrivals.filter(({ atMs }) => atMs > 11_500 && atMs < 20_000).map(({ latencyMs }) => latencyMs);
  assert.ok(Math.max(...slow) <= 200, `worst ${Math.max(...slow)}`);
  assert.ok(arrivals.filter(({ atMs }) => atMs > 28_000).length >= 58, "everything passes again");
});

test("lets a frame larger than any window through when nothing else is under way", () => {
  const window = new SendWindow({ maxLatencyMs: 200 });
  assert.equal(window.room(60_000, micros(0)), true);
  window.onSent(1_000, 60_000, micros(0));
  window.onSent(1_000_000, 60_000, micros(0));
  window.onAck(ackOf(1_000, 10_000), micros(10_000));
  assert.equal(window.room(60_000, micros(500_000)), false);
  window.onAck(ackOf(1_001_000, 600_000), micros(600_000));
  assert.equal(window.room(60_000, micros(600_000)), true);
});

test("stops while nothing is acknowledged and goes on when it is", () => {
  const window = new SendWindow({ maxLatencyMs: 200 });
  window.onSent(1_000, 240_000, micros(0));
  window.onAck(ackOf(1_000, 10_000), micros(10_000));
  let sent = 1_000;
  for (let at = 0; at < 100; at++) {
    const nowUs = micros(20_000 + at * 33_000);
    if (!window.room(240_000, nowUs)) continue;
    window.onSent(1_000, 240_000, nowUs);
    sent += 1_000;
  }
  assert.ok(window.inFlightBytes > 1_000 && window.inFlightBytes <= 4_000, `${window.inFlightBytes}`);
  window.onAck(ackOf(sent, 5_000_000), micros(5_000_000));
  assert.equal(window.inFlightBytes, 0);
  assert.equal(window.room(240_000, micros(5_000_000)), true);
});

test("still admits one frame that was encoded while there was room, and no second one", () => {
  const window = new SendWindow({ maxLatencyMs: 200 });
  let sent = 0;
  while (window.room(240_000, micros(0))) {
    window.onSent(1_000, 240_000, micros(0));
    sent++;
  }
  assert.equal(sent, 2);
  assert.equal(window.admits(1, 240_000, micros(0)), true);
  window.onSent(1_000, 240_000, micros(0));
  assert.equal(window.admits(1, 240_000, micros(0)), false);
});

test("counts an ack of more than was sent as all of it, and an old one as nothing", () => {
  const window = new SendWindow({ maxLatencyMs: 200 });
  window.onSent(1_000, 240_000, micros(0));
  window.onAck(ackOf(1e12, 10_000), micros(10_000));
  window.onAck(ackOf(500, 11_000), micros(11_000));
  assert.equal(window.inFlightBytes, 0);
  assert.equal(window.baseRttUs, 10_000);
});

test("takes a delay of the acks for no queue", () => {
  const window = new SendWindow({ maxLatencyMs: 200 });
  for (let at = 0; at < 10; at++) {
    window.onSent(1_000, 240_000, micros(at * 33_000));
    window.onAck(ackOf((at + 1) * 1_000, at * 33_000 + 10_000), micros(at * 33_000 + (at < 5 ? 20_000 : 32_000)));
  }
  assert.equal(window.queueUs, 0);
});

test("begins with the round trip of a ping, which a large first frame does not lengthen", () => {
  const window = new SendWindow({ maxLatencyMs: 200 });
  window.onPing({ rttUs: 20_000, offsetUs: 5_000_000 });
  window.onSent(10_000, 240_000, micros(0));
  window.onAck(ackOf(10_000, 5_210_000), micros(220_000));
  assert.equal(window.baseRttUs, 20_000);
  assert.equal(window.firstBps, 400_000);
});

test("does not take a first frame that was long on its way for a link that stood still", () => {
  const window = new SendWindow({ maxLatencyMs: 200 });
  window.onPing({ rttUs: 20_000, offsetUs: 0 });
  window.onSent(20_000, 1_000_000, micros(0));
  window.onAck(ackOf(20_000, 4_010_000), micros(4_020_000));
  assert.equal(window.firstBps, 40_000);
  assert.equal(window.stoodUntilUs, Number.NEGATIVE_INFINITY);
});

test("allows a queue for what comes and goes, as far as the budget goes, and forgets it", () => {
  const window = new SendWindow({ maxLatencyMs: 200 });
  const send = (frame: number, lateUs: number): void => {
    const sentUs = frame * 33_000;
    window.onSent(1_000, 240_000, micros(sentUs));
    window.onAck(ackOf((frame + 1) * 1_000, sentUs + 20_000 + lateUs), micros(sentUs + 25_000 + lateUs));
  };
  for (let frame = 0; frame < 10; frame++) send(frame, 0);
  assert.equal(window.slackUs, 60_000);
  send(10, 120_000);
  for (let frame = 15; frame < 25; frame++) send(frame, 0);
  assert.equal(window.slackUs, 120_000);
  for (let frame = 30; frame < 430; frame++) send(frame, 0);
  assert.equal(window.slackUs, 60_000);
  send(430, 390_000);
  for (let frame = 445; frame < 455; frame++) send(frame, 0);
  assert.equal(window.slackUs, 150_000, "0.8 of what the way leaves of 200 ms");
});

test("keeps what is in flight, and so the delay, within the window and one frame on any link", () => {
  fc.assert(
    fc.property(
      fc.record({
        rateBps: fc.integer({ min: 300_000, max: 50_000_000 }),
        delayMs: fc.integer({ min: 1, max: 150 }),
        frameBytes: fc.integer({ min: 500, max: 5_000 }),
      }),
      (link) => {
        const arrivals = run({ ...link, seconds: 8 });
        const serialMs = (link.frameBytes * 8_000) / link.rateBps;
        // The window holds what is aimed at, which the link may be slower than: then frames wait until the oldest one is acknowledged.
        const bound = link.delayMs + Math.max(2 * serialMs, 60 + 60) + 3 * serialMs;
        const worst = Math.max(...arrivals.filter(({ atMs }) => atMs > 3_000).map(({ latencyMs }) => latencyMs));
        assert.ok(worst <= bound, `${worst} > ${bound}`);
      },
    ),
    { numRuns: 60 },
  );
});

test.run();
