// The named cases of broken input: each is refused with its own error, whole and byte by byte.
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProtocolError } from "../../src/errors.ts";
import { createMessageParser } from "../../src/messages/message-stream.ts";
import { parseMessage } from "../../src/messages/message.ts";
import { refusals } from "./refusal-cases.ts";

function errorOf(chunks: Iterable<Uint8Array>): unknown {
  const parser = createMessageParser("network");
  try {
    for (const chunk of chunks) parser.push(chunk, (header, payload) => parseMessage(header, payload));
    return undefined;
  } catch (error) {
    return error;
  }
}

for (const { name, bytes, code } of refusals) {
  test(`refuses ${name} as ${code}`, () => {
    for (const chunks of [[bytes], Array.from(bytes, (byte) => Uint8Array.of(byte))]) {
      const error = errorOf(chunks);
      assert.instance(error, ProtocolError);
      assert.is(error instanceof ProtocolError ? error.code : "", code);
    }
  });
}

test("has at least 200 named cases, no name twice", () => {
  assert.ok(refusals.length >= 200, `${refusals.length}`);
  assert.is(new Set(refusals.map(({ name }) => name)).size, refusals.length);
});

test.run();
