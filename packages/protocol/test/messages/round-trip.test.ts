import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { createMessageParser } from "../../src/messages/message-stream.ts";
import { parseMessage, serializeMessage, type ReceivedMessage } from "../../src/messages/message.ts";
import { arbitraryMessage } from "./arbitrary-message.ts";

function parseAll(bytes: Uint8Array): ReceivedMessage[] {
  const messages: ReceivedMessage[] = [];
  createMessageParser("engine").push(bytes, (header, payload) => messages.push(parseMessage(header, payload)));
  return messages;
}

test("gives back every message it wrote", () => {
  fc.assert(
    fc.property(arbitraryMessage, (message) => {
      assert.equal(parseAll(serializeMessage(message)), [message]);
    }),
    { numRuns: 3_000 },
  );
});

test("keeps nothing of the payload but the data of a packet", () => {
  fc.assert(
    fc.property(arbitraryMessage, (message) => {
      fc.pre(message.type !== "video" && message.type !== "audio" && message.type !== "file-data");
      const bytes = serializeMessage(message);
      const [parsed] = parseAll(bytes);
      bytes.fill(0xff);
      assert.equal(parsed, message);
    }),
  );
});

test("cleans and cuts the reason of a close message instead of failing", () => {
  const reason = `\u001b[2J\ud800${"ü".repeat(300)}`;
  const [parsed] = parseAll(serializeMessage({ type: "close", code: "internal", reason }));
  assert.equal(parsed, { type: "close", code: "internal", reason: `[2J${"ü".repeat(254)}` });
});

test("writes durations that do not fit as the largest that does", () => {
  const bytes = serializeMessage({
    type: "video",
    track: 1,
    keyframe: false,
    frame: 1,
    captureUs: 0 as never,
    packetBytes: 1,
    offset: 0,
    encodeStartUs: 0xffff_ffff,
    encodedUs: 0x1_0000_0000,
    sentUs: 1e15,
    data: Uint8Array.of(1),
  });
  const [parsed] = parseAll(bytes);
  assert.ok(parsed?.type === "video");
  assert.equal([parsed.encodeStartUs, parsed.encodedUs, parsed.sentUs], [0xffff_ffff, 0xffff_ffff, 0xffff_ffff]);
});

test("reads a close code of a newer version as unknown", () => {
  assert.equal(parseAll(Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 2, 0x12, 0x34)), [{ type: "close", code: "unknown", reason: "" }]);
});

test("skips an optional message of a newer version, whatever its flags and track", () => {
  const optional = Uint8Array.of(0x80, 0xff, 0xff, 0xff, 0, 0, 0, 2, 1, 2);
  const ack = serializeMessage({ type: "text-ack", id: 1 });
  assert.equal(parseAll(Buffer.concat([optional, ack])), [
    { type: "unknown", typeId: 0x80 },
    { type: "text-ack", id: 1 },
  ]);
});

test.run();
