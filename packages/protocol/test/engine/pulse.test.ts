// When an engine's silence means that it hangs.
import assert from "node:assert/strict";
import { suite } from "uvu";
import { isPulse, pulse, pulseIntervalMs, PulseWatch } from "../../src/engine/pulse.ts";
import { parseMessage, serializeMessage } from "../../src/messages/message.ts";
import { createMessageParser } from "../../src/messages/message-stream.ts";

const test = suite("an engine's pulse");
const limitMs = 10_000;

test("is known by the other end of the pipe, and is no event of an engine's", () => {
  const heard: boolean[] = [];
  createMessageParser("engine").push(serializeMessage(pulse), (header, payload) => {
    const message = parseMessage(header, payload);
    heard.push(message.type !== "unknown" && isPulse(message));
  });
  assert.deepEqual(heard, [true]);
  assert.equal(isPulse({ type: "engine-event", value: { event: "ready" } }), false);
  assert.equal(isPulse({ type: "credit", track: 1, packets: 1, targetBitrateBps: 1 }), false);
});

test("keeps an engine alive for ever, and its end is noticed within the limit and two looks", () => {
  const watch = new PulseWatch(limitMs, 0);
  let nowMs = 0;
  for (; nowMs < 1_000_000; nowMs += pulseIntervalMs) {
    watch.heard();
    assert.equal(watch.look(nowMs), undefined);
  }
  const lastMs = nowMs;
  let reason: string | undefined;
  for (; reason === undefined; nowMs += pulseIntervalMs) reason = watch.look(nowMs);
  assert.match(reason, /no sign of life for 10 s/);
  assert.ok(nowMs - lastMs > limitMs - 2 * pulseIntervalMs && nowMs - lastMs <= limitMs + 2 * pulseIntervalMs, `${nowMs - lastMs} ms`);
});

test("is not missed over a time in which nobody looked: the computer slept, or this process was stopped", () => {
  const watch = new PulseWatch(limitMs, 0);
  assert.equal(watch.look(3_600_000), undefined);
  assert.equal(watch.look(7_200_000), undefined);
});

test.run();
