// Every recorded pickle, hostile ones, and mutations of both.

import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";

import { LegacyError } from "../../src/legacy/legacy-error.ts";
import type { LegacyErrorCode } from "../../src/legacy/legacy-error.ts";
import { LEGACY_MAX_SIDE_PX } from "../../src/legacy/legacy-limits.ts";
import { pickleFrame } from "../../src/legacy/pickle-frame.ts";
import type { LegacyPayload } from "../../src/legacy/pickle-value.ts";
import { unpickleFrame } from "../../src/legacy/unpickle-frame.ts";
import { readRecordings, vectorBytes, vectorPixels } from "./vector.ts";

const test = suite("unpickleFrame");

function outcome(bytes: Uint8Array): LegacyPayload | LegacyErrorCode {
  try {
    return unpickleFrame(bytes);
  } catch (error) {
    if (error instanceof LegacyError) {
      return error.code;
    }
    throw error;
  }
}

function outcomeName(bytes: Uint8Array): string {
  const result = outcome(bytes);
  return typeof result === "string" ? result : result.type;
}

for (const recording of readRecordings()) {
  for (const vector of recording.vectors) {
    const title = `numpy ${recording.numpy}, protocol ${vector.protocol}: ${vector.name}`;
    test(`gives ${vector.expect} for ${title}`, () => {
      const result = outcome(Buffer.from(vector.hex, "hex"));
      if (vector.expect !== "frame" || typeof result === "string" || result.type !== "frame") {
        assert.is(typeof result === "string" ? result : result.type, vector.expect);
        return;
      }
      const expected = vectorPixels(vector.name);
      assert.is(result.widthPx, expected.widthPx);
      assert.is(result.heightPx, expected.heightPx);
      assert.equal(Buffer.from(result.pixels), expected.pixels);
    });
  }
}

test("gives the pixels of protocols 3 to 5 as a view, without a copy", () => {
  for (const protocol of [3, 4, 5]) {
    const bytes = vectorBytes("picture", protocol);
    const result = unpickleFrame(bytes);
    assert.is(result.type === "frame" && result.pixels.buffer, bytes.buffer);
  }
});

test("refuses every pickle that is cut short, at every byte", () => {
  for (const protocol of [2, 3, 4, 5]) {
    const bytes = vectorBytes("picture", protocol);
    for (let length = 0; length < bytes.length; length += 1) {
      assert.is(outcome(bytes.subarray(0, length)), "truncated");
    }
  }
});

test("refuses what follows the end of the pickle", () => {
  assert.is(outcome(Buffer.concat([vectorBytes("none", 4), Buffer.of(0x2e)])), "malformed");
});

function patched(from: string, to: string, protocol = 4): Buffer {
  const text = vectorBytes("picture", protocol).toString("latin1");
  assert.ok(text.includes(from));
  return Buffer.from(text.replace(from, to), "latin1");
}

test("refuses shapes outside the limits, and shapes that do not fit the pixels", () => {
  assert.is(outcome(patched("K\x02K\x04K\x03", "K\x04K\x04K\x03")), "malformed");
  assert.is(outcome(patched("K\x02K\x04K\x03", "K\x01K\x04K\x03")), "malformed");
  assert.is(outcome(patched("K\x02K\x04K\x03", "K\x00K\x04K\x03")), "unsupported-shape");
  assert.is(outcome(patched("K\x02K\x04K\x03", "M\x01\x10K\x04K\x03")), "unsupported-shape");
  assert.is(outcome(patched("K\x02K\x04K\x03", "M\x00\x10M\x00\x10K\x03")), "unsupported-shape");
  assert.is(outcome(patched("K\x02K\x04K\x03", "J\xff\xff\xff\xffK\x04K\x03")), "unsupported-shape");
  assert.is(outcome(patched("K\x02K\x04K\x03", "J\xff\xff\xff\x7fK\x04K\x03")), "unsupported-shape");
  const widest = Buffer.alloc(LEGACY_MAX_SIDE_PX * 3);
  const size = { widthPx: LEGACY_MAX_SIDE_PX, heightPx: 1 };
  assert.is(outcomeName(pickleFrame(size, widest)), "frame");
});

test("refuses pixels as text that are too many, too few or no bytes", () => {
  const two = (from: string, to: string): string => outcomeName(patched(from, to, 2));
  assert.is(two("K\x02K\x04K\x03", "K\x03K\x04K\x03"), "malformed");
  assert.is(two("K\x02K\x04K\x03", "K\x01K\x04K\x03"), "malformed");
  assert.is(two("\xc2\x84", "\xc4\x84"), "malformed");
  assert.is(two("\xc2\x84", "\xc2\x04"), "malformed");
  assert.is(two("\xc2\x84", "\x84\x84"), "malformed");
});

const HOSTILE: readonly (readonly [string, string, LegacyErrorCode])[] = [
  ["os.system by GLOBAL", "\x80\x03cos\nsystem\nX\x02\x00\x00\x00id\x85R.", "forbidden-global"],
  ["posix.system by STACK_GLOBAL", "\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.", "forbidden-global"],
  ["builtins.eval", "\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.", "forbidden-global"],
  ["numpy.load", "\x80\x04\x8c\x05numpy\x8c\x04load\x93\x8c\x01x\x85R.", "forbidden-global"],
  ["numpy.core.multiarray.scalar", "\x80\x02cnumpy.core.multiarray\nscalar\n.", "forbidden-global"],
  ["a dotted name", "\x80\x04\x8c\x05numpy\x8c\x10ndarray.__init__\x93.", "forbidden-global"],
  ["a name that only ends like numpy's", "\x80\x02cnumpy\nndarray \n.", "forbidden-global"],
  ["a space inside the module instead of between", "\x80\x04\x8c\x00\x8c\x0dnumpy ndarray\x93.", "forbidden-global"],
  ["a name without an end", `\x80\x02c${"a".repeat(4096)}`, "forbidden-global"],
  ["a name of 255 bytes", `\x80\x04\x8c\x05numpy\x8c\xff${"a".repeat(255)}\x93.`, "forbidden-global"],
  ["INST", "\x80\x02(S'id'\nios\nsystem\n.", "forbidden-opcode"],
  ["OBJ", "\x80\x02(cnumpy\nndarray\no.", "forbidden-opcode"],
  ["NEWOBJ", "\x80\x02cnumpy\nndarray\nK\x00\x85\x81.", "forbidden-opcode"],
  ["NEWOBJ_EX", "\x80\x04cnumpy\nndarray\n)}\x92.", "forbidden-opcode"],
  ["PERSID", "\x80\x02Pid\n.", "forbidden-opcode"],
  ["BINPERSID", "\x80\x02K\x01Q.", "forbidden-opcode"],
  ["EXT1", "\x80\x02\x82\x01.", "forbidden-opcode"],
  ["NEXT_BUFFER", "\x80\x05\x97.", "forbidden-opcode"],
  ["READONLY_BUFFER", "\x80\x05\x97\x98.", "forbidden-opcode"],
  ["DUP", "\x80\x02N2.", "forbidden-opcode"],
  ["LONG4 of 2 GiB", "\x80\x02\x8b\xff\xff\xff\x7f", "forbidden-opcode"],
  ["an integer as text", `\x80\x02I${"9".repeat(100_000)}\n.`, "forbidden-opcode"],
  ["a second PROTO", "\x80\x02\x80\x02N.", "forbidden-opcode"],
  ["ByteArray8 of 2^63 bytes", "\x80\x05\x96\x00\x00\x00\x00\x00\x00\x00\x80", "truncated"],
  ["ByteArray8 of 2^64−1 bytes", "\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\xff", "truncated"],
  ["BinBytes of 4 GiB", "\x80\x03B\xff\xff\xff\xffa", "truncated"],
  ["BinUnicode of 4 GiB", "\x80\x03X\xff\xff\xff\xffa", "truncated"],
  ["a frame of 2^63 bytes", "\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x80N.", "truncated"],
  ["tuples in tuples", `\x80\x02)${"\x85".repeat(100_000)}.`, "forbidden-opcode"],
  ["a tuple of its own memo, doubled again and again", `\x80\x02Nq\x00${"h\x00h\x00\x86q\x00".repeat(10_000)}.`, "malformed"],
  ["marks for ever", `\x80\x02${"(".repeat(1_000_000)}`, "malformed"],
  ["frames for ever", `\x80\x04${"\x95\x00\x00\x00\x00\x00\x00\x00\x00".repeat(1_000)}N.`, "malformed"],
  ["a memo entry that is not there", "\x80\x02h\x05.", "malformed"],
  ["an empty stack", "\x80\x02.", "malformed"],
  ["a mark as the value", "\x80\x02(.", "malformed"],
  ["a tuple without a beginning", "\x80\x02t.", "malformed"],
  ["a call of ndarray itself", "\x80\x02cnumpy\nndarray\nK\x00\x85R.", "malformed"],
  ["a call of None", "\x80\x02NN\x85R.", "malformed"],
  ["a call without a tuple", "\x80\x02cnumpy\ndtype\nNR.", "malformed"],
  ["dtype of an object", "\x80\x02cnumpy\ndtype\nX\x02\x00\x00\x00O8\x89\x88\x87R.", "unsupported-dtype"],
  ["a bare dtype", "\x80\x02cnumpy\ndtype\nX\x02\x00\x00\x00u1\x89\x88\x87R.", "malformed"],
  ["a bare global", "\x80\x02cnumpy\nndarray\n.", "malformed"],
  [
    "an array that never got its state",
    "\x80\x03cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R.",
    "malformed",
  ],
  ["encode with another codec", "\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00hex\x86R.", "malformed"],
  ["protocol 0", "N.", "unsupported-protocol"],
  ["protocol 1", "\x80\x01N.", "unsupported-protocol"],
  ["protocol 6", "\x80\x06N.", "unsupported-protocol"],
  ["the start of HTTP", "HTTP/1.1 400 Bad Request\r\n", "unsupported-protocol"],
];

for (const [title, text, code] of HOSTILE) {
  test(`refuses ${title} as ${code}`, () => {
    const result = outcome(Buffer.from(text, "latin1"));
    const acceptable = result === code || (title === "tuples in tuples" && result === "malformed");
    assert.ok(acceptable, `it gave ${JSON.stringify(result)}`);
  });
}

test("gives a picture or a LegacyError for any bytes at all", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 2, max: 5 }), (body, protocol) => {
      outcome(body);
      outcome(Buffer.concat([Buffer.of(0x80, protocol), body]));
    }),
    { numRuns: 5_000 },
  );
});

/** xorshift32: fast enough for hundreds of thousands of mutations. */
function randomSource(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

test("gives a well-formed picture, None or a LegacyError for 300,000 mutated pickles, without allocating", () => {
  const seeds = readRecordings().flatMap((recording) =>
    recording.vectors.filter((vector) => vector.hex.length < 600).map((vector) => Buffer.from(vector.hex, "hex")),
  );
  const random = randomSource(0x5eed_1234);
  const scratch = Buffer.alloc(1024);
  const seen = new Map<string, number>();
  const before = process.memoryUsage();
  for (let run = 0; run < 300_000; run += 1) {
    const seed = seeds[random(seeds.length)] ?? Buffer.alloc(0);
    seed.copy(scratch);
    let length = seed.length;
    for (let edits = 1 + random(3); edits > 0; edits -= 1) {
      const at = random(length);
      const kind = random(4);
      if (kind === 0) {
        scratch[at] = random(256);
      } else if (kind === 1) {
        scratch[at] = (scratch[at] ?? 0) ^ (1 << random(8));
      } else if (kind === 2) {
        scratch.copyWithin(at, random(length), length); // cut or repeat a stretch
      } else {
        const other = seeds[random(seeds.length)] ?? seed;
        other.copy(scratch, at, Math.min(at, other.length)); // splice two pickles
        length = Math.max(at + 1, other.length);
      }
    }
    const result = outcome(scratch.subarray(0, length));
    if (typeof result !== "string" && result.type === "frame") {
      assert.is(result.pixels.length, result.widthPx * result.heightPx * 3);
    }
    const name = typeof result === "string" ? result : result.type;
    seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  const after = process.memoryUsage();
  const grownBytes = after.external + after.arrayBuffers - before.external - before.arrayBuffers;
  assert.ok(grownBytes < 64 << 20, `buffers grew by ${grownBytes} bytes`);
  for (const name of ["frame", "truncated", "malformed", "forbidden-opcode", "forbidden-global", "unsupported-dtype"]) {
    assert.ok((seen.get(name) ?? 0) > 100, `the mutations reached ${name} ${seen.get(name) ?? 0} times`);
  }
});

test.run();
