import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProtocolError } from "../../src/errors.ts";
import { maxControlBytes, maxVideoDataBytes } from "../../src/limits.ts";
import { createMessageParser } from "../../src/messages/message-stream.ts";
import { messageDefinitions, parseMessage, serializeMessage, type MessageScope } from "../../src/messages/message.ts";
import { arbitraryMessage } from "./arbitrary-message.ts";

/** SVC_FUZZ_TIMES=34 makes a million of the 30,000 (docs/reliability.md). */
const times = Number(process.env["SVC_FUZZ_TIMES"] ?? 1);
const largestMessage = 8 + 32 + Math.max(maxControlBytes, maxVideoDataBytes);

/** Feeds bytes to a parser; anything thrown but a ProtocolError is a defect. */
function feed(scope: MessageScope, bytes: Uint8Array): void {
  const parser = createMessageParser(scope);
  try {
    parser.push(bytes, (header, payload) => parseMessage(header, payload));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    assert.type(error.closeCode, "string");
  }
  assert.ok(parser.heldBytes <= largestMessage);
}

test("answers any bytes with messages or a ProtocolError", () => {
  fc.assert(fc.property(fc.constantFrom<MessageScope>("network", "engine"), fc.uint8Array({ maxLength: 400 }), feed), {
    numRuns: 5_000 * times,
  });
});

test("answers any payload behind a legal header with a message or a ProtocolError", () => {
  const property = fc.property(
    fc.constantFrom(...messageDefinitions),
    fc.uint8Array({ maxLength: 200 }),
    ({ typeId, minPayloadBytes, maxPayloadBytes, track }, random) => {
      const payload = Buffer.alloc(Math.min(Math.max(random.length, minPayloadBytes), maxPayloadBytes));
      payload.set(random.subarray(0, payload.length));
      const header = { typeId, flags: 0, track: track === "required" ? 1 : 0, payloadBytes: payload.length };
      try {
        parseMessage(header, payload);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    },
  );
  fc.assert(property, { numRuns: 20_000 * times });
});

test("answers a message with changed bytes with messages or a ProtocolError", () => {
  const change = fc.tuple(fc.nat(500), fc.nat(255));
  const property = fc.property(arbitraryMessage, fc.array(change, { minLength: 1, maxLength: 4 }), (message, changes) => {
    const bytes = serializeMessage(message);
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    feed("engine", bytes);
  });
  fc.assert(property, { numRuns: 5_000 * times });
});

test.run();
