import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { maxAudioMessagesPerS, maxControlMessagesPerS, maxTextsPerS, maxVideoPacketsPerS } from "../../src/limits.ts";
import type { ReceivedMessage } from "../../src/messages/message.ts";
import { RateGuard } from "../../src/session/rate-guard.ts";
import { micros } from "../../src/time/clock.ts";

const test = suite("RateGuard");

function video(offset: number): ReceivedMessage {
  const times = { captureUs: micros(0), encodeStartUs: 0, encodedUs: 0, sentUs: 0 };
  return { type: "video", track: 1, keyframe: false, frame: 1, packetBytes: 40_000, offset, data: new Uint8Array(1), ...times };
}
const request: ReceivedMessage = { type: "keyframe-request", track: 1, reason: "gap" };
const sound: ReceivedMessage = {
  type: "audio",
  track: 3,
  packet: 1,
  captureUs: micros(0),
  durationUs: 10_000,
  data: new Uint8Array(1),
};
const text: ReceivedMessage = { type: "text", id: 1, text: "hello" };

/** How many of a flood that lasts `seconds` are let through, at 1,000 messages a second. */
function flood(message: ReceivedMessage, seconds: number): number {
  const guard = new RateGuard();
  let allowed = 0;
  for (let at = 0; at < seconds * 1_000; at++) if (guard.allows(message, micros(at * 1_000))) allowed += 1;
  return allowed;
}

for (const [name, message, perS] of [
  ["packets", video(0), maxVideoPacketsPerS],
  ["sound", sound, maxAudioMessagesPerS],
  ["control messages", request, maxControlMessagesPerS],
  ["texts", text, maxTextsPerS],
] as const) {
  test(`stops a flood of ${name} within seconds`, () => {
    const guard = new RateGuard();
    let refusedAtUs: number | undefined;
    for (let at = 0; at < 60_000 && refusedAtUs === undefined; at++) {
      if (!guard.allows(message, micros(at * 1_000))) refusedAtUs = at * 1_000;
    }
    assert.ok(refusedAtUs !== undefined && refusedAtUs < 1_000_000, `refused at ${refusedAtUs} µs`);
  });

  test(`lets ${name} through at their limit for ever`, () => {
    const guard = new RateGuard();
    for (let at = 0; at < 5_000; at++) assert.ok(guard.allows(message, micros(Math.round((at * 1_000_000) / perS))));
  });
}

test("counts a packet once, however many chunks it has, and never what answers video", () => {
  assert.equal(flood(video(16_384), 3), 3_000);
  assert.equal(flood({ type: "ack", track: 1, bytes: 1, frame: 1, receivedUs: micros(1) }, 3), 3_000);
});

test("lets a second's worth that was held up through at once", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: maxVideoPacketsPerS }), (held) => {
      const guard = new RateGuard();
      for (let at = 0; at < held; at++) assert.ok(guard.allows(video(0), micros(5)));
    }),
  );
});

test.run();
