import assert from "node:assert/strict";
import { suite } from "uvu";
import type { CloseMessage } from "../../src/messages/close.ts";
import type { Message } from "../../src/messages/message.ts";
import { createHello } from "../../src/session/negotiation.ts";
import { micros } from "../../src/time/clock.ts";
import { capabilities, Host } from "./call.ts";
import { enter } from "./stranger.ts";

const test = suite("a dialer that breaks the protocol");

const hello = createHello(capabilities);
const engineOnly: Message = { type: "credit", track: 1, packets: 1, targetBitrateBps: 1 };

const beforeReady: readonly (readonly [string, CloseMessage["code"], readonly (Message | Uint8Array)[]])[] = [
  ["media before the opening", "illegal-state", [{ type: "keyframe-request", track: 1, reason: "joined" }]],
  ["two hellos", "illegal-state", [hello, hello]],
  ["ready without hello", "illegal-state", [{ type: "ready", version: 1, transcript: new Uint8Array(32) }]],
  ["a transcript of other hellos", "transcript-mismatch", [hello, { type: "ready", version: 1, transcript: new Uint8Array(32) }]],
  ["versions that are not spoken here", "no-common-version", [{ ...hello, minVersion: 2, maxVersion: 9 }]],
  ["bytes that are no message", "unknown-message", [new Uint8Array(64)]],
  ["a message for engines", "unknown-message", [engineOnly]],
];

for (const [what, code, messages] of beforeReady) {
  test(`is told "${code}" for ${what}, and never becomes a session`, async () => {
    await using host = await new Host().listen();
    const stranger = await enter(host);
    for (const message of messages) void stranger.send(message);
    assert.equal((await stranger.closed()).code, code);
    assert.equal(host.sessions.length, 0);
  });
}

const whenLive: readonly (readonly [string, CloseMessage["code"], Message | Uint8Array])[] = [
  ["a hello in a session that is open", "illegal-state", hello],
  ["an acknowledgement of a text that was never sent", "malformed", { type: "text-ack", id: 7 }],
  ["a video message that announces 2 GB", "too-large", Uint8Array.of(0x11, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff)],
];

for (const [what, code, message] of whenLive) {
  test(`is told "${code}" for ${what}`, async () => {
    await using host = await new Host().listen();
    const stranger = await enter(host);
    const began = host.session();
    await stranger.open();
    const session = await began;
    assert.equal(session.status, "live");
    void stranger.send({ type: "ping", id: 1, sentUs: micros(1) });
    void stranger.send(message);
    assert.equal((await stranger.closed()).code, code);
    assert.equal(session.status, "closed");
  });
}

test.run();
