import { test } from "uvu";
import * as assert from "uvu/assert";
import { createMessageParser } from "../../src/messages/message-stream.ts";
import { messageDefinitions, parseMessage, serializeMessage } from "../../src/messages/message.ts";
import { readVectors } from "./vector-file.ts";

const vectors = readVectors();

for (const { name, message, bytes } of vectors) {
  test(`serializes to the frozen bytes of ${name}`, () => {
    assert.equal(Buffer.from(serializeMessage(message)).toString("hex"), Buffer.from(bytes).toString("hex"));
  });

  test(`parses the frozen bytes of ${name}`, () => {
    const parsed: unknown[] = [];
    createMessageParser("engine").push(bytes, (header, payload) => parsed.push(parseMessage(header, payload)));
    assert.equal(parsed, [message]);
  });
}

test("has a vector for every message type", () => {
  const covered = new Set(vectors.map(({ message }) => message.type));
  const missing = messageDefinitions.map(({ type }) => type).filter((type) => !covered.has(type));
  assert.equal(missing, []);
});

test.run();
