import fc from "fast-check";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { ProtocolError } from "../../src/errors.ts";
import { createMessageParser } from "../../src/messages/message-stream.ts";
import { serializeMessage } from "../../src/messages/message.ts";
import type { HeaderRules } from "../../src/wire/header.ts";
import { MessageParser } from "../../src/wire/message-parser.ts";
import { arbitraryNetworkMessage } from "../messages/arbitrary-message.ts";
import { parseNaively, type RawMessage } from "./naive-parser.ts";

const anyRule: HeaderRules = () => ({ minPayloadBytes: 0, maxPayloadBytes: 1 << 20, flagsMask: 0xff, track: "any" });

function collect(parser: MessageParser, chunks: Iterable<Uint8Array>): RawMessage[] {
  const messages: RawMessage[] = [];
  for (const chunk of chunks) {
    parser.push(chunk, ({ typeId, flags, track }, payload) => {
      messages.push({ typeId, flags, track, payload: Buffer.from(payload).toString("hex") });
    });
  }
  return messages;
}

function rawMessage(typeId: number, payload: Uint8Array): Uint8Array {
  const header = Buffer.alloc(8);
  header.writeUInt8(typeId, 0);
  header.writeUInt32BE(payload.byteLength, 4);
  return Buffer.concat([header, payload]);
}

function noMessage(): void {
  assert.unreachable("no message was expected");
}

/** Runs `body` and counts the bytes that Uint8Array.prototype.set and slice copy meanwhile. */
function countCopies(body: () => void): number {
  const { set, slice } = Uint8Array.prototype;
  let bytes = 0;
  Uint8Array.prototype.set = function (source, offset) {
    bytes += source.length;
    set.call(this, source, offset);
  };
  Uint8Array.prototype.slice = function (start, end) {
    const copy = slice.call(this, start, end);
    bytes += copy.byteLength;
    return copy;
  };
  try {
    body();
  } finally {
    Object.assign(Uint8Array.prototype, { set, slice });
  }
  return bytes;
}

const transcript = Buffer.concat(fc.sample(arbitraryNetworkMessage, { numRuns: 50, seed: 1 }).map(serializeMessage));
const expected = parseNaively(transcript);

test("yields the same messages for every split point of a transcript of 50", () => {
  assert.is(expected.length, 50);
  for (let at = 0; at <= transcript.length; at += 1) {
    const messages = collect(createMessageParser("network"), [transcript.subarray(0, at), transcript.subarray(at)]);
    if (messages.length !== 50) assert.unreachable(`${messages.length} messages when split at ${at}`);
    if (at % 97 === 0) assert.equal(messages, expected);
  }
});

test("yields the same messages byte by byte", () => {
  const bytes = Array.from(transcript, (byte) => Uint8Array.of(byte));
  assert.equal(collect(createMessageParser("network"), bytes), expected);
});

test("agrees with the naive parser for any bytes of any messages split anywhere", () => {
  const raw = fc.tuple(fc.nat(255), fc.uint8Array({ maxLength: 100 })).map(([typeId, payload]) => rawMessage(typeId, payload));
  const property = fc.property(fc.array(raw, { maxLength: 20 }), fc.array(fc.nat(60), { maxLength: 60 }), (parts, sizes) => {
    const stream = Buffer.concat(parts);
    const chunks: Uint8Array[] = [];
    let offset = 0;
    for (const size of sizes) chunks.push(stream.subarray(offset, (offset += size)));
    chunks.push(stream.subarray(offset));
    assert.equal(collect(new MessageParser(anyRule), chunks), parseNaively(stream));
  });
  fc.assert(property, { numRuns: 1_000 });
});

test("hands out whole messages as views of their chunk, without copying", () => {
  const stream = Buffer.concat([rawMessage(1, Buffer.alloc(1000)), rawMessage(2, Buffer.alloc(2000))]);
  const copied = countCopies(() => {
    new MessageParser(anyRule).push(stream, (_header, payload) => assert.is(payload.buffer, stream.buffer));
  });
  assert.is(copied, 0);
});

test("copies each byte at most once, and the 8 of a header once more when the buffer grows, however small the chunks", () => {
  const stream = Buffer.concat(Array.from({ length: 20 }, (_, i) => rawMessage(1, Buffer.alloc(i * 500))));
  const parser = new MessageParser(anyRule);
  const copied = countCopies(() => {
    for (let at = 0; at < stream.length; at += 1) parser.push(stream.subarray(at, at + 1), () => undefined);
  });
  assert.ok(copied <= stream.length + 20 * 8, `${copied} bytes copied of ${stream.length}`);
});

test("holds no more than the unfinished message", () => {
  const parser = new MessageParser(anyRule);
  const message = rawMessage(1, Buffer.alloc(16_384));
  for (let i = 0; i < 100; i += 1) {
    parser.push(message.subarray(0, 5_000), () => undefined);
    assert.is(parser.unfinishedBytes, 5_000);
    assert.is(parser.heldBytes, message.length);
    parser.push(message.subarray(5_000), () => undefined);
    assert.is(parser.unfinishedBytes, 0);
  }
});

test("refuses a header before it allocates anything", () => {
  const parser = createMessageParser("network");
  const header = Uint8Array.of(0x11, 0, 0, 1, 0xff, 0xff, 0xff, 0xff);
  assert.throws(
    () => parser.push(header, noMessage),
    (error: unknown) => error instanceof ProtocolError && error.code === "too-large",
  );
  assert.ok(parser.heldBytes <= 8);
});

test("refuses further bytes after an error, with that error", () => {
  const parser = createMessageParser("network");
  let first: unknown;
  try {
    parser.push(new Uint8Array(8), noMessage);
  } catch (error) {
    first = error;
  }
  assert.ok(first instanceof ProtocolError && first.code === "unknown-message");
  const good = serializeMessage({ type: "text-ack", id: 1 });
  assert.throws(
    () => parser.push(good, noMessage),
    (error: unknown) => error === first,
  );
});

test("refuses further bytes after its reader threw", () => {
  const parser = createMessageParser("network");
  const good = serializeMessage({ type: "text-ack", id: 1 });
  const failure = new Error("the reader's");
  const fail = (): never => {
    throw failure;
  };
  assert.throws(
    () => parser.push(good, fail),
    (error: unknown) => error === failure,
  );
  assert.throws(
    () => parser.push(good, noMessage),
    (error: unknown) => error === failure,
  );
});

test("drops what follows once it is stopped, in the same chunk and later", () => {
  const parser = createMessageParser("network");
  const good = serializeMessage({ type: "text-ack", id: 1 });
  let count = 0;
  parser.push(Buffer.concat([good, good]), () => {
    count += 1;
    parser.stop();
  });
  parser.push(good, noMessage);
  assert.is(count, 1);
});

test("does not let its reader push", () => {
  const parser = createMessageParser("network");
  const good = serializeMessage({ type: "text-ack", id: 1 });
  assert.throws(() => parser.push(good, () => parser.push(good, () => undefined)), /within onMessage/u);
});

test.run();
