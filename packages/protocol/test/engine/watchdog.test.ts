import { test } from "uvu";
import * as assert from "uvu/assert";

import { cpuTimeMs } from "../../src/engine/cpu-time.ts";
import { lookIntervalMs, packetCpuMs, silenceMs, Watchdog } from "../../src/engine/watchdog.ts";

/** A watchdog with a clock and an engine's processor time that a test sets. */
class Watched {
  nowMs = 1000;
  cpuMs: number | undefined = 400;
  readonly dog: Watchdog = new Watchdog(() => this.cpuMs, this.nowMs);

  /** Time passes, of which the engine computes a share; gives the first reason to kill it. */
  pass(forMs: number, share: number): string | undefined {
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs;) {
      this.nowMs += lookIntervalMs;
      if (this.cpuMs !== undefined) this.cpuMs += lookIntervalMs * share;
      const reason = this.dog.look(this.nowMs);
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** An engine that has loaded and answered its first packet. */
  static warm(): Watched {
    const watched = new Watched();
    watched.dog.given();
    watched.dog.answered();
    return watched;
  }
}

test("leaves an engine alone that has nothing to do, whatever it computes", () => {
  assert.is(Watched.warm().pass(3_600_000, 1), undefined);
});

test("asks for no processor time when packets are given and answered, only when it looks", () => {
  let asked = 0;
  const dog = new Watchdog(() => ++asked, 0);
  for (let packet = 0; packet < 100; packet++) {
    dog.given();
    dog.answered();
  }
  dog.given();
  assert.is(asked, 0);
  dog.look(lookIntervalMs);
  assert.is(asked, 1);
});

test("finds an engine that computes for more than a quarter of a second over one packet", () => {
  const watched = Watched.warm();
  watched.dog.given();
  assert.is(watched.pass(lookIntervalMs + packetCpuMs, 1), undefined, "it is counted from the first look on");
  assert.match(watched.pass(lookIntervalMs, 1) ?? "", /computed for 500 ms/);
});

test("takes no busy computer for a hang: 9 s of waiting for the processor", () => {
  const watched = Watched.warm();
  watched.dog.given();
  assert.is(watched.pass(9_000, 0.02), undefined);
});

test("allows packets that wait together a share each, of eight at most", () => {
  const watched = Watched.warm();
  for (let packet = 0; packet < 4; packet++) watched.dog.given();
  assert.is(watched.pass(lookIntervalMs + 4 * packetCpuMs, 1), undefined);
  assert.type(watched.pass(lookIntervalMs, 1), "string");
  const flooded = Watched.warm();
  for (let packet = 0; packet < 1_000; packet++) flooded.dog.given();
  assert.type(flooded.pass(8 * packetCpuMs + 2 * lookIntervalMs, 1), "string");
});

test("counts from the last answer on", () => {
  const watched = Watched.warm();
  for (let packet = 0; packet < 1_000; packet++) {
    watched.dog.given();
    assert.is(watched.pass(lookIntervalMs, 1), undefined);
    watched.dog.answered();
  }
});

test("lets an engine load its libraries before its first answer", () => {
  const watched = new Watched();
  watched.dog.given();
  assert.is(watched.pass(9_500, 1), undefined);
  watched.dog.answered();
  watched.dog.given();
  assert.type(watched.pass(packetCpuMs + 2 * lookIntervalMs, 1), "string");
});

test("finds an engine that waits for what never comes, also where the system tells no processor time", () => {
  for (const cpuMs of [400, undefined]) {
    const watched = Watched.warm();
    watched.cpuMs = cpuMs;
    watched.dog.given();
    assert.is(watched.pass(silenceMs, 0), undefined);
    assert.match(watched.pass(lookIntervalMs, 0) ?? "", /not answered for 10 s/);
  }
});

test("does not count the time in which it was itself stopped", () => {
  const watched = Watched.warm();
  watched.dog.given();
  watched.nowMs += 20_000;
  assert.is(watched.pass(silenceMs - 1_000, 0), undefined);
  assert.type(watched.pass(1_000, 0), "string");
});

test("reads the processor time of a process", () => {
  if (process.platform !== "linux") return assert.is(cpuTimeMs(process.pid), undefined);
  const before = cpuTimeMs(process.pid) ?? Number.NaN;
  const own = process.cpuUsage();
  while (process.cpuUsage(own).user < 60_000);
  const after = cpuTimeMs(process.pid) ?? Number.NaN;
  assert.ok(after - before >= 40, `${after - before} ms`);
  assert.is(cpuTimeMs(2 ** 30), undefined);
});

test.run();
