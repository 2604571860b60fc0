import assert from "node:assert/strict";
import fc from "fast-check";
import { suite } from "uvu";
import { openOpusDecoder } from "../../src/audio/opus-decoder.ts";
import { DecodeError } from "../../src/errors.ts";

const test = suite("OpusDecoder");

test("decodes a packet to its samples, from −1 to 1", async () => {
  const decoder = await openOpusDecoder();
  // A CELT packet of 20 ms in stereo (RFC 6716, 3.1: configuration 31, code 0), with nothing in it.
  const sound = decoder.decode(Uint8Array.of(0xfc, 0xff, 0xfe));
  assert.equal(sound.length, 960);
  assert.ok(sound.every((sample) => Math.abs(sample) <= 1));
  decoder.close();
});

test("gives sound or a typed error for any bytes, and goes on", async () => {
  const decoder = await openOpusDecoder();
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 400 }), (data) => {
      try {
        const sound = decoder.decode(data);
        assert.ok(sound.length <= 5_760 && sound.every(Number.isFinite));
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
    { numRuns: 10_000 },
  );
  assert.equal(decoder.decode(Uint8Array.of(0xfc, 0xff, 0xfe)).length, 960);
  decoder.close();
});

test.run();
