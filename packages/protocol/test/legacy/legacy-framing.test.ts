// Any split of the bytes gives the same payloads, lengths are checked before anything is allocated, and the buffer is reused.

import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";

import { LegacyError } from "../../src/legacy/legacy-error.ts";
import { LegacyFrameReader, legacyEnvelope, legacyMessage } from "../../src/legacy/legacy-framing.ts";
import { LEGACY_MAX_PAYLOAD_BYTES } from "../../src/legacy/legacy-limits.ts";
import { pickleFrame } from "../../src/legacy/pickle-frame.ts";

const test = suite("LegacyFrameReader");

function readAll(reader: LegacyFrameReader, chunks: Iterable<Uint8Array>): string[] {
  const found: string[] = [];
  for (const chunk of chunks) {
    reader.push(chunk, (payload) => found.push(Buffer.from(payload).toString("hex")));
  }
  return found;
}

function* cut(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array> {
  let offset = 0;
  for (let index = 0; offset < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(offset, offset + size);
    offset += size;
  }
}

test("yields the same payloads for any split of the bytes", () => {
  const payload = fc.uint8Array({ minLength: 4, maxLength: 60 });
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 6 }), sizes, (payloads, chunkSizes) => {
      const bytes = Buffer.concat(payloads.map((each) => legacyMessage(each)));
      const reader = new LegacyFrameReader();
      const expected = payloads.map((each) => Buffer.from(each).toString("hex"));
      assert.equal(readAll(reader, cut(bytes, chunkSizes)), expected);
      assert.is(reader.hasPartial, false);
    }),
  );
});

test("knows at every byte whether a payload is unfinished", () => {
  const bytes = legacyMessage(Buffer.from("80044e2e", "hex"));
  const reader = new LegacyFrameReader();
  bytes.forEach((byte, index) => {
    assert.is(reader.hasPartial, index > 0);
    reader.push(Uint8Array.of(byte), () => assert.is(index, bytes.length - 1));
  });
  assert.is(reader.hasPartial, false);
});

function refusal(header: string): string {
  try {
    new LegacyFrameReader().push(Buffer.from(header, "hex"), () => undefined);
  } catch (error) {
    assert.instance(error, LegacyError);
    return error instanceof LegacyError ? error.code : "";
  }
  return "none";
}

test("refuses lengths that cannot be true", () => {
  const longest = Buffer.alloc(8);
  longest.writeUInt32LE(LEGACY_MAX_PAYLOAD_BYTES);
  assert.is(refusal(longest.toString("hex")), "none");
  longest.writeUInt32LE(LEGACY_MAX_PAYLOAD_BYTES + 1);
  assert.is(refusal(longest.toString("hex")), "too-large");
  assert.is(refusal("ffffffffffffffff"), "too-large");
  assert.is(refusal("0000000000000080"), "too-large");
  assert.is(refusal("0400000001000000"), "too-large");
  assert.is(refusal(Buffer.from("SSH-2.0-").toString("hex")), "too-large");
  assert.is(refusal("0000000000000000"), "malformed");
  assert.is(refusal("0300000000000000"), "malformed");
});

test("takes no more bytes after a length that could not be true", () => {
  const reader = new LegacyFrameReader();
  assert.throws(() => reader.push(Buffer.alloc(8, 0xff), () => undefined));
  assert.throws(() => reader.push(legacyMessage(Buffer.from("80044e2e", "hex")), () => undefined));
});

test("allocates for the bytes that arrive, not for those that are promised", () => {
  const before = process.memoryUsage().arrayBuffers;
  const readers = Array.from({ length: 20 }, () => new LegacyFrameReader());
  const header = Buffer.alloc(9);
  header.writeUInt32LE(LEGACY_MAX_PAYLOAD_BYTES);
  readers.forEach((reader) => reader.push(header, () => undefined));
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown <= 21 << 20, `20 promises of 25 MB took ${grown} bytes`);
});

test("uses one buffer for all payloads, and another only when told", () => {
  const reader = new LegacyFrameReader();
  const message = legacyMessage(Buffer.alloc(5000, 1));
  const buffers: ArrayBufferLike[] = [];
  for (let count = 0; count < 4; count += 1) {
    reader.push(message, (payload) => {
      buffers.push(payload.buffer);
      if (count === 1) {
        reader.swapBuffer();
      } else if (count === 2) {
        reader.swapBuffer(new Uint8Array(buffers[0] ?? new ArrayBuffer(0)));
      }
    });
  }
  assert.is(buffers[0], buffers[1]);
  assert.is.not(buffers[1], buffers[2]);
  assert.is(buffers[3], buffers[0]);
});

test("is linear: 25 MB in pieces of 2,160 bytes take no copy of what came before", () => {
  const reader = new LegacyFrameReader();
  const size = { widthPx: 3840, heightPx: 2160 };
  const envelope = legacyEnvelope(size);
  const bytes = Buffer.concat([envelope.head, Buffer.alloc(envelope.pixelBytes, 7), envelope.tail]);
  let count = 0;
  const start = performance.now();
  for (const chunk of cut(bytes, [2160])) {
    reader.push(chunk, () => (count += 1));
  }
  assert.is(count, 1);
  assert.ok(performance.now() - start < 2_000);
});

test("envelope and pixels together are the message of the whole picture", () => {
  for (const size of [
    { widthPx: 3, heightPx: 2 },
    { widthPx: 300, heightPx: 2 },
    { widthPx: 640, heightPx: 480 },
  ]) {
    const envelope = legacyEnvelope(size);
    const pixels = Buffer.alloc(envelope.pixelBytes, 9);
    const written = Buffer.concat([envelope.head, pixels, envelope.tail]);
    assert.is(written.length, envelope.messageBytes);
    assert.is(written.compare(legacyMessage(pickleFrame(size, pixels))), 0);
  }
});

test.run();
