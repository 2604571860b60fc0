import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import {
  authFailureWindowMs,
  authMaxBlockMs,
  authMinBlockMs,
  maxAuthFailures,
  maxConnectBurstPerAddress,
  maxConnectsPerAddressPerS,
  maxConnectsPerS,
  maxPendingConnections,
  maxPendingPerAddress,
} from "../../src/limits.ts";
import { micros } from "../../src/time/clock.ts";
import { Admission, type AdmissionRefusal } from "../../src/transport/admission.ts";

const test = suite("Admission");

/** An admission on a clock of its own. */
class Door {
  nowMs = 1;
  readonly admission: Admission;

  constructor(maxPending?: number) {
    this.admission = new Admission({ nowUs: () => micros(this.nowMs * 1_000), ...(maxPending !== undefined && { maxPending }) });
  }

  /** A connection that fails to authenticate at once; why it was not heard, if so. */
  fail(address: string): AdmissionRefusal | undefined {
    const refusal = this.admission.begin(address);
    if (refusal === undefined) this.admission.ended(address, "failed");
    return refusal;
  }

  /** A connection that authenticates at once. */
  enter(address: string): AdmissionRefusal | undefined {
    const refusal = this.admission.begin(address);
    if (refusal === undefined) this.admission.ended(address, "authenticated");
    return refusal;
  }

  /** Failures, far enough apart for nothing but them to count. */
  failTimes(address: string, times: number): void {
    for (let time = 0; time < times; time++) {
      assert.equal(this.fail(address), undefined, `failure ${time + 1}`);
      this.nowMs += 1_000;
    }
  }
}

test("lets a burst of one address in, and after it as many a second as the limit says", () => {
  const door = new Door();
  const burst = Array.from({ length: maxConnectBurstPerAddress + 3 }, () => door.enter("192.0.2.1"));
  assert.equal(burst.filter((refusal) => refusal === undefined).length, maxConnectBurstPerAddress);
  assert.equal(burst.at(-1), "too-fast");
  let admitted = 0;
  for (; door.nowMs < 10_001; door.nowMs++) if (door.enter("192.0.2.1") === undefined) admitted++;
  assert.ok(Math.abs(admitted - 10 * maxConnectsPerAddressPerS) <= 1, String(admitted));
});

test("a flood from one address takes nothing from another", () => {
  const door = new Door();
  for (let connection = 0; connection < 10_000; connection++, door.nowMs++) {
    door.fail("192.0.2.1");
    if (connection % 500 === 0) assert.equal(door.enter("192.0.2.2"), undefined);
  }
});

test("lets no more in a second than the limit for all", () => {
  const door = new Door();
  const refusals = Array.from({ length: 200 }, (_, index) => door.enter(`192.0.2.${index}`));
  assert.equal(refusals.filter((refusal) => refusal === undefined).length, maxConnectsPerS);
});

test("bounds those under way, from one address and in all, and lets others in when they have ended", () => {
  const door = new Door();
  const { admission } = door;
  for (let pending = 0; pending < maxPendingPerAddress; pending++) assert.equal(admission.begin("192.0.2.1"), undefined);
  assert.equal(admission.begin("192.0.2.1"), "crowded");
  for (let pending = maxPendingPerAddress; pending < maxPendingConnections; pending++) {
    assert.equal(admission.begin(`198.51.100.${pending}`), undefined);
  }
  assert.equal(admission.begin("203.0.113.1"), "crowded");
  assert.equal(admission.begin("127.0.0.1"), "crowded");
  admission.ended("192.0.2.1", "lost");
  assert.equal(admission.begin("203.0.113.1"), undefined);
});

test("blocks an address that fails too often, for longer each time, and not those that were merely lost", () => {
  const door = new Door();
  for (let lost = 0; lost < 20; lost++, door.nowMs += 1_000) {
    assert.equal(door.admission.begin("192.0.2.1"), undefined);
    door.admission.ended("192.0.2.1", "lost");
  }
  door.failTimes("192.0.2.1", maxAuthFailures - 1);
  for (let blockMs = authMinBlockMs; blockMs <= 2 * authMaxBlockMs; blockMs *= 2) {
    assert.equal(door.fail("192.0.2.1"), undefined, "one more try");
    door.nowMs += Math.min(blockMs, authMaxBlockMs) - 1;
    assert.equal(door.fail("192.0.2.1"), "blocked");
    assert.equal(door.enter("192.0.2.2"), undefined, "another address");
    door.nowMs += 1;
  }
});

test("forgets failures after their window, and when the address authenticates", () => {
  const door = new Door();
  door.failTimes("192.0.2.1", maxAuthFailures - 1);
  assert.equal(door.enter("192.0.2.1"), undefined);
  door.nowMs += 1_000;
  door.failTimes("192.0.2.1", maxAuthFailures - 1);
  door.nowMs += authFailureWindowMs;
  door.failTimes("192.0.2.1", maxAuthFailures - 1);
  assert.equal(door.enter("192.0.2.1"), undefined);
});

test("counts an IPv6 network as one place, however many addresses it has", () => {
  const door = new Door();
  for (let host = 1; host <= maxAuthFailures; host++, door.nowMs += 1_000) assert.equal(door.fail(`2001:db8:1:1::${host}`), undefined);
  assert.equal(door.fail("2001:db8:1:1::ffff"), "blocked");
  assert.equal(door.fail("2001:db8:1:2::1"), undefined);
});

test("blocks a whole /48 that fails from ever new networks", () => {
  const door = new Door();
  let heard = 0;
  for (let network = 0; network < 1_000; network++, door.nowMs += 100) {
    if (door.fail(`2001:db8:1:${network.toString(16)}::1`) === undefined) heard++;
  }
  assert.ok(heard < 100, `${heard} heard`);
  assert.equal(door.fail("2001:db8:2::1"), undefined);
});

test("never holds up this computer's own programs but for the number under way", () => {
  const door = new Door();
  for (const own of ["127.0.0.1", "::1", "::ffff:127.0.0.1"]) {
    for (let connection = 0; connection < 1_000; connection++) assert.equal(door.fail(own), undefined);
  }
});

test("forgets who was not heard of for longest, so that a flood of addresses does not fill its memory", () => {
  const door = new Door();
  const from = (number: number): string => `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
  const heapBefore = process.memoryUsage().heapUsed;
  for (let number = 0; number < 20_000; number++) {
    door.fail(from(number));
    door.nowMs += 1_000;
  }
  assert.ok(process.memoryUsage().heapUsed - heapBefore < 32e6);
});

test("lets whoever comes back after any history in again, in bounded time", () => {
  const act = fc.record({ address: fc.integer({ min: 1, max: 5 }), fails: fc.boolean(), afterMs: fc.integer({ min: 0, max: 400_000 }) });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 200 }), (acts) => {
      const door = new Door();
      for (const { address, fails, afterMs } of acts) {
        door.nowMs += afterMs;
        if (fails) door.fail(`192.0.2.${address}`);
        else door.enter(`192.0.2.${address}`);
      }
      door.nowMs += authMaxBlockMs;
      for (let address = 1; address <= 5; address++) assert.equal(door.enter(`192.0.2.${address}`), undefined);
    }),
  );
});

test.run();
