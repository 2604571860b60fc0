// What one who has the secret may say how often, over a real connection: a flood of each kind ends it, everybody else's call goes on, and what
// an older end does not know is skipped.
import assert from "node:assert/strict";
import { suite } from "uvu";
import { maxAudioMessagesPerS, maxControlMessagesPerS, maxTextsPerS, maxVideoPacketsPerS, textRetentionMs } from "../../src/limits.ts";
import type { Message } from "../../src/messages/message.ts";
import { micros } from "../../src/time/clock.ts";
import { Host } from "./call.ts";
import { enter } from "./stranger.ts";

const test = suite("a session that is flooded");

const times = { captureUs: micros(0), encodeStartUs: 0, encodedUs: 0, sentUs: 0 };
const floods: readonly (readonly [string, number, (at: number) => Message])[] = [
  [
    "video packets",
    maxVideoPacketsPerS,
    (at) => ({ type: "video", track: 1, keyframe: at === 0, frame: at + 1, packetBytes: 1, offset: 0, data: new Uint8Array(1), ...times }),
  ],
  [
    "sound",
    4 * maxAudioMessagesPerS,
    (at) => ({ type: "audio", track: 3, packet: at + 1, captureUs: micros(0), durationUs: 10_000, data: new Uint8Array(1) }),
  ],
  ["control messages", 4 * maxControlMessagesPerS, () => ({ type: "keyframe-request", track: 1, reason: "gap" })],
  ["texts", (maxTextsPerS * textRetentionMs) / 1_000, (at) => ({ type: "text", id: at + 1, text: "again" })],
];

for (const [what, burst, message] of floods) {
  test(`ends the connection of who sends more ${what} than are allowed, and no other`, async () => {
    await using host = await new Host().listen({ timing: {} });
    const guest = await host.call({ timing: {} });
    const stranger = await enter(host);
    const began = host.session();
    await stranger.open();
    const flooded = await began;
    let told = 0;
    flooded.on("message", () => told++);
    flooded.on("text", () => told++);
    // Twice what is taken at once: what comes back meanwhile is far less than that.
    for (let at = 0; at < 2 * burst; at++) void stranger.send(message(at));
    assert.equal((await stranger.closed()).code, "rate-exceeded");
    assert.equal(flooded.status, "closed");
    // The opening took of the control messages, too; and while the flood lasted some came back.
    assert.ok(told >= burst - 10 && told < 2 * burst, `${told} of ${burst} were taken`);
    assert.deepEqual([guest.dialer.status, guest.listener.status], ["live", "live"]);
  });
}

test("lets what it does not know pass when it is optional, as often as control messages, and knows what follows", async () => {
  await using host = await new Host().listen({ timing: {} });
  const stranger = await enter(host);
  const began = host.session();
  await stranger.open();
  const session = await began;
  const optional = Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3);
  void stranger.send(optional);
  const heard = new Promise((resolve) => session.on("text", resolve));
  void stranger.send({ type: "text", id: 1, text: "after it" });
  assert.deepEqual(await heard, { text: "after it" });
  for (let at = 0; at < 8 * maxControlMessagesPerS; at++) void stranger.send(optional);
  assert.equal((await stranger.closed()).code, "rate-exceeded");
});

test.run();
