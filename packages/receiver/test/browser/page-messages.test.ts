// What goes over the page's WebSocket: packets come out as they went in, and of what a page says only what is well formed is heard.
import { micros } from "@simple-video-chat/protocol";
import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";

import { packetFromBytes, packetToBytes, parseFromPage } from "../../src/browser/page-messages.ts";

test("gives the packet that was put in", () => {
  const packets = fc.record({
    frame: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
    keyframe: fc.boolean(),
    isSelfView: fc.boolean(),
    captureUs: fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).map(micros),
    heldUs: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    data: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  });
  fc.assert(
    fc.property(packets, (packet) => {
      const { buffer, byteOffset, byteLength } = packetToBytes(packet);
      assert.equal(packetFromBytes(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer), { ...packet });
    }),
  );
});

const report = {
  type: "report",
  frame: 7,
  shownUs: 12,
  decodeUs: 3,
  displayWaitUs: 4,
  shown: 5,
  superseded: 0,
  stale: 0,
  waitingForKeyframe: 1,
  undecodable: 0,
};

test("hears each kind of message", () => {
  const messages = [
    { type: "ping", id: 1 },
    report,
    { type: "keyframe", reason: "undecodable" },
    { type: "key", key: "Escape" },
    { type: "barcodes", barcodes: { verified: 1, mismatched: 0, unreadable: 0 } },
    { type: "drained" },
  ];
  for (const message of messages) assert.equal(parseFromPage(JSON.stringify(message)), message);
});

test("hears nothing that is not well formed", () => {
  const bad = [
    "",
    "{",
    "null",
    "7",
    "{}",
    '{"type":"open"}',
    '{"type":"ping","id":-1}',
    '{"type":"ping","id":1.5}',
    '{"type":"key","key":""}',
    `{"type":"key","key":"${"x".repeat(17)}"}`,
    '{"type":"keyframe","reason":"because"}',
    '{"type":"barcodes","barcodes":null}',
    '{"type":"barcodes","barcodes":{"verified":"1","mismatched":0,"unreadable":0}}',
    ...Object.keys(report)
      .filter((name) => name !== "type")
      .map((name) => JSON.stringify({ ...report, [name]: -1 })),
  ];
  for (const text of bad) assert.is(parseFromPage(text), undefined, text);
});

test("survives anything", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => (parseFromPage(text), true)));
});

test.run();
